"""The `kg` command: one module per command, each of which parses, calls one function and prints.

* Data goes to stdout, everything else to stderr; progress only when stderr is a terminal; nothing depends on colour.
* Exit status: 0 done, 1 failed (`error:` and `hint:` on stderr), 2 misuse, 130 interrupted.
* Command modules import nothing heavy at their top, for `kg --help` reads them all. What a command needs, it imports
  when it is called.
* Reads open the workspace, or its newest snapshot while `kg serve` holds it; writes then go to that service
  (`kg.cli.store`).
"""

from kg.cli.app import COMMANDS, main

__all__ = ["COMMANDS", "main"]
