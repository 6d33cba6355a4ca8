"""What higher floors call down inside their own verbs: no permission check, no transaction of their own."""

from governance.jobs.queue import enqueue as request_job
from governance.notices.inbox import tell
from governance.signing.rounds import answer, close, open_round, withdraw_answer

__all__ = ["answer", "close", "open_round", "request_job", "tell", "withdraw_answer"]
