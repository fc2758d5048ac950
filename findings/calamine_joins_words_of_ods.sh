#!/usr/bin/env bash
# Package:   python-calamine 0.9.1, on an ODS as odfpy 1.4.1 writes it
# Behaviour: a tab or a line break within a cell, `<text:tab/>` and `<text:line-break/>` in the file, is dropped, so that
#            the words on both sides become one. OpenDocument 1.3, 6.1.4 and 6.1.5, makes them white space.
# Seen:      'rue' tab 'Haute' is read as 'rueHaute'
# So:        formats/workbooks/preparation.py writes them as spaces before the file is parsed.
set -euo pipefail
venv=$(mktemp -d)
trap 'rm -rf "$venv"' EXIT
"${PYTHON:-python3}" -m venv "$venv"
"$venv/bin/python" -m pip install --quiet --quiet --quiet --disable-pip-version-check "python-calamine==0.9.1" "odfpy==1.4.1"
cat > "$venv/look.py" <<'PY'
import sys

from odf.opendocument import OpenDocumentSpreadsheet
from odf.table import Table, TableCell, TableRow
from odf.text import LineBreak, P, Tab
from python_calamine import CalamineWorkbook

document = OpenDocumentSpreadsheet()
table = Table(name="leads")
row = TableRow()
for between in (Tab, LineBreak):
    cell = TableCell(valuetype="string")
    text = P(text="rue")
    text.addElement(between())
    text.addText("Haute")
    cell.addElement(text)
    row.addElement(cell)
table.addElement(row)
document.spreadsheet.addElement(table)
document.save(sys.argv[1])
found = CalamineWorkbook.from_path(sys.argv[1]).get_sheet_by_index(0).to_python()
print("read:", found)
raise SystemExit(0 if found == [["rueHaute", "rueHaute"]] else "the behaviour has changed")
PY
"$venv/bin/python" "$venv/look.py" "$venv/leads.ods"
