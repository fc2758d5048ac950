"""What lies in the inbox: folders, files, archives, seals opened, manifests, arrivals.

What becomes of it is decided in `intake`; bytes become text in `formats`.

- `archives`: the files in a ZIP archive
- `arrivals`: arrival: when each delivered file was first seen, noted in the state folder where our transport did not
- `changed_folders`: delivery folders that hold what their intake did not see: corrections, late files, arrivals noted
  afterwards
- `files`: what lies in a delivery folder, as data
- `inbox`: what lies in the inbox: one vendor's folder of one date, archives opened
- `inbox_folders`: folders of the inbox: a vendor's, one a date of delivery, purged ones, and what is none of them
- `known_arrivals`: arrivals as the state folder keeps them: of each name, the bytes that came under it, and when
- `manifests`: what vendors announce in manifests: reading one, and where it and the delivery differ, in words
- `old_records`: records that earlier versions kept in the inbox, moved into the state folder
- `reading`: A delivered file opened, unsealed and unpacked, and handed to the reader of its format
  (`formats.readers`)
- `recorded_arrivals`: when files came, as it is recorded: in the state folder, and beside the files by our transport
- `replaced_files`: what lay in a delivery folder before other bytes came under its name, as it was taken in
- `small_file_contents`: the bytes of small delivered files between their digest and their reading, so that they are
  opened once
- `sources`: the content of one delivered file, unsealed and unpacked, as often as it is asked for
- `taken_in_files`: what was taken in of a delivery folder, by the names under which it lies there
- `unclaimed_seals`: encrypted files that no record knows though they were taken in
"""
