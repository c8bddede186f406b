"""`python -m evalhub`, and the console script: an interrupt while Python still imports ends it without a word."""

import gc
import signal


def main() -> None:
    """Run the command line."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    gc.set_threshold(50_000, 20, 20)  # what a command makes first stays: modules, files; looking for garbage is in vain
    from evalhub.cli import main as run

    signal.signal(signal.SIGINT, signal.default_int_handler)
    run()


if __name__ == "__main__":
    main()
