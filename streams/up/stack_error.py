"""What ends a run before its time, as a sentence that says what to do."""


class StackError(RuntimeError):
    """Something does not start or keeps dying; the message names it, its log and the mend."""


class InterruptedStartError(RuntimeError):
    """The run was told to end before everything was up; what had been started is stopped."""
