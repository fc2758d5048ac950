"""The program `opposable`: one module a command. Commands parse, call, print; logic belongs elsewhere."""
