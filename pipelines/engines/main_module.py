"""The main module of the process, as Spark's client asks for it, also where another library imports that client."""

import sys
from importlib.machinery import ModuleSpec


def name_main_module() -> None:
    """Where the main module has neither file nor name, as in processes that Dagster spawns, the client believes that it
    is under test, looks for a server's folder, and ends the process: to be called before anything that imports it
    (`findings/great_expectations_ends_the_process_beside_pyspark_client.sh`).
    """
    main = sys.modules["__main__"]
    if main.__spec__ is None and not hasattr(main, "__file__"):
        main.__spec__ = ModuleSpec("__main__", None)
