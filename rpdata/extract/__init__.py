"""From the bytes of a web page, as a server sent them, to its title and text.

Pages of the open web can hang a parser, crash it or fill the memory, so this happens in a process of its own
(`child.py`), which `sandbox.py` starts, watches and replaces. What the child needs is imported by the modules it
needs it in, so that it starts in a tenth of a second.
"""
