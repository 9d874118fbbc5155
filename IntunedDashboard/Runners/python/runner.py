"""The child process of a Python automation. Protocol: docs/runner-protocol.md."""

import os
import sys

here = os.path.dirname(os.path.abspath(__file__))
# The project's root goes before everything when there is one; what the platform carries comes next.
sys.path[0] = os.path.join(here, "modules")
sys.path.append(here)

from intuned_runner.main import main  # noqa: E402

main(sys.argv[1:])
