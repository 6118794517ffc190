"""What people look at: pages over published figures, and nothing else.

`warehouse.py` is the one door to data; `questions/` turns it into answers; `parts/` draws;
`views/` are the pages; `app.py` is the frame around them. Nothing here imports `pipelines`, and
nothing here reads anything but `<home>/published/`.
"""
