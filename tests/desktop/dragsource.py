#!/usr/bin/python3
"""A small window that offers files for a real drag (XDND), as a file manager does.

dragsource.py X Y FILE...: stands at X,Y and prints "ready" when it can be dragged."""
import pathlib
import sys

import gi

gi.require_version("Gdk", "3.0")
gi.require_version("Gtk", "3.0")
from gi.repository import Gdk, Gtk  # noqa: E402

SIZE = 80
uris = [pathlib.Path(path).as_uri() for path in sys.argv[3:]]

window = Gtk.Window(type=Gtk.WindowType.POPUP)
window.set_default_size(SIZE, SIZE)
window.move(int(sys.argv[1]), int(sys.argv[2]))
source = Gtk.EventBox()
source.add(Gtk.Label(label="files"))
window.add(source)
target = Gtk.TargetEntry.new("text/uri-list", 0, 0)
source.drag_source_set(Gdk.ModifierType.BUTTON1_MASK, [target], Gdk.DragAction.COPY)
source.connect("drag-data-get", lambda _w, _c, selection, _i, _t: selection.set_uris(uris))
source.connect("drag-end", lambda *_: print("dropped", flush=True))
window.show_all()
print("ready", flush=True)
Gtk.main()
