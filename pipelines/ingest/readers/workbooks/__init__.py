"""What is looked at in a workbook before its values are read: one module a file format.

Each tells which sheets there are and, of one sheet, what the reader of values does not say: hidden
rows, merged cells, which cells are text, how far the cells go. All of it within bounds: a few bytes
can promise a thousand million cells.
"""
