"""The first weeks of a real office, by workbook or CSV: who and what it begins with, rehearsed before it is registered.

`sheets` says what each sheet holds and which verb a row of it is; `importing` reads, rehearses and registers.
"""
