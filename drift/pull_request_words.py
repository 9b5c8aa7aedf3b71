"""What each verdict on a pull request says: who moved, and what deploying will do. Text in it is as it came."""

from __future__ import annotations

from dataclasses import dataclass

from drift.cors.model import CorsAnswer, CorsRequest
from drift.cors.replay import shown_by
from drift.cors.verdict import Shows
from drift.deploying import CHANGED_ONLY, states_rules, writes
from drift.pull_request import Move, ThreeAnswers
from drift.sides import has_rules
from drift.snapshot import Bucket

_DOES = {
    Shows.LIVE_ALLOWS: "lets {who} {what}",
    Shows.LIVE_REFUSES: "no longer lets {who} {what}",
    Shows.LIVE_REFLECTS_CREDENTIALS: "lets {who} {what} with credentials",
    Shows.LIVE_NO_LONGER_REFLECTS: "lets {who} {what} only without credentials",
    Shows.LIVE_EXPOSES_MORE: "lets {who} read more headers of the answer to {what}",
    Shows.LIVE_EXPOSES_LESS: "lets {who} read fewer headers of the answer to {what}",
    Shows.DIFFERS: "has S3 answer {what} from {who} otherwise",
}


@dataclass(frozen=True, slots=True)
class Standing:
    """How the sides stand to one another. ``settled``: head is live, so that deploying changes nothing. ``touched``:
    head means something else than base. ``taken``: head has a part of what was changed live. ``beside``: a request that
    deploying has answered otherwise, although head has all of that.
    """

    settled: bool = False
    touched: bool = True
    taken: bool = False
    beside: ThreeAnswers | None = None


def sentence(
    move: Move,
    base: Bucket | None,
    head: Bucket | None,
    live: Bucket | None,
    witness: ThreeAnswers | None,
    standing: Standing,
) -> str:
    """The sentence, without a full stop."""
    told = _Told(base, head, live, witness)
    match move:
        case Move.IN_SYNC if base is not None and not base.comparable:
            return "The pull request and live agree; what the target branch declares is not known"
        case Move.IN_SYNC:
            return "The target branch, the pull request and live agree"
        case Move.UNCHANGED:
            return "The pull request changes nothing here; live was not read"
        case Move.CHANGES | Move.NEW | Move.REMOVAL:
            return told.planned(move)
        case Move.STAYS:
            return told.stayed()
        case Move.REPAIRS:
            return told.repaired(standing.touched)
        case Move.ADOPTS:
            return told.adopted(standing)
        case Move.REVERTS:
            return told.reverted(standing)
        case Move.CONFLICT if not has_rules(head):
            return (
                f"Live was changed, and the pull request takes away what it was changed from{told.now()}: deploying "
                "takes away what is live"
            )
        case Move.CONFLICT:
            return (
                f"Both the pull request and live have changed it, and do not agree{told.now()}: deploying replaces "
                "what is live"
            )
        case _:
            return "Who moved cannot be told"


class _Told:
    def __init__(
        self, base: Bucket | None, head: Bucket | None, live: Bucket | None, witness: ThreeAnswers | None
    ) -> None:
        self._base = base
        self._head = head
        self._live = live
        self._witness = witness

    def planned(self, move: Move) -> str:
        who = {
            Move.CHANGES: "The pull request changes it",
            Move.NEW: "The pull request gives it rules, and it has none yet",
            Move.REMOVAL: "The pull request takes its rules away",
        }[move]
        if move is Move.CHANGES and self._witness is not None and self._witness.live is not None:
            who += ", and live is as the target branch has it"
        if self._head is not None and self._head.left_alone is not None and move is not Move.NEW:
            return f"{who}: deploying leaves the live rules as they are ({self._head.left_alone})"
        return f"{who}: deploying {_does(self._witness)}"

    def stayed(self) -> str:
        touched = "which does not touch it"
        if self._head is not None and self._head.left_alone is not None:
            touched = "and the code says to pass over such changes"
            if self._base is not None and self._base.kept == self._head.left_alone:
                touched = "and the code says to leave the bucket as it is"
        return f"Live differed before this pull request, {touched}{self.now()}: {self.afterwards()}"

    def repaired(self, touched: bool) -> str:
        if self._live is None or self._live.cors is None:
            what = "changes it" if touched else self._has_deployed()
            return (
                "What the target branch declares is not live (deleted, or never deployed), and the pull request "
                f"{what}{self.now()}: deploying puts its rules there"
            )
        return (
            f"The pull request takes over a part of what was changed live; the rest was there before{self.now()}: "
            f"{self.afterwards()}"
        )

    def reverted(self, standing: Standing) -> str:
        """What was changed live goes with the pull request, and would not have gone without it."""
        left, base = "", self._base
        if base is not None and base.left_alone is not None:
            left = ", which deploying passed over so far,"
        elif base is not None and has_rules(base) and base.source in CHANGED_ONLY:
            left = f", which {CHANGED_ONLY[base.source]} left alone so far,"
        if not standing.touched:
            does = self._has_deployed()
        else:
            does = "takes over only a part of it" if standing.taken else "knows nothing of it"
        undone = "the rest" if standing.touched and standing.taken else "that"
        return f"Live was changed{left or ','} and the pull request {does}{self.now()}: deploying undoes {undone}"

    def _has_deployed(self) -> str:
        """By what a pull request that changes no meaning has the rules deployed."""
        if self._base is None or self._head is None or not has_rules(self._base):
            return "says that there are no rules"
        if self._base.left_alone is not None:
            return "has deploying no longer pass over changes"
        if self._base.source != self._head.source:
            return "has another tool deploy the rules"
        return "changes how the rules are written, which deploys them"

    def adopted(self, standing: Standing) -> str:
        if not standing.settled:
            has = f"The pull request has all that was changed live{self.now()}, and changes more beside it"
            if self._head is not None and self._head.left_alone is not None:
                return f"{has}: deploying leaves the live rules as they are ({self._head.left_alone})"
            return f"{has}: deploying {_does(standing.beside)}"
        if self._live is None or self._live.cors is None:
            return "The pull request takes away rules that are not live either: deploying changes nothing"
        return f"The pull request declares what is live already{self.now()}: deploying changes nothing"

    def now(self) -> str:
        """What each side says to the request, between commas."""
        if self._witness is None or self._witness.live is None:
            return ""
        three = self._witness
        return (
            f" ({_asked(three.request)}: {_word(three.live)} live, {_word(three.base)} by the target branch, "
            f"{_word(three.head)} by the pull request)"
        )

    def afterwards(self) -> str:
        """What deploying does with what drifted."""
        if self._head is not None and self._head.left_alone is not None:
            return f"deploying leaves it so ({self._head.left_alone})"
        if self._head is None or not states_rules(self._head):
            return "nothing that is declared puts it right"
        if not writes(self._base, self._head):
            return f"{CHANGED_ONLY[self._head.source]} leaves it so until the rules change in the code"
        return "deploying puts back what is declared"


def beside(three: ThreeAnswers) -> str:
    """What deploying changes beside what was taken over from live, without a full stop."""
    return f"Beside what it takes over from live the pull request changes more: deploying {_does(three)}"


def _does(three: ThreeAnswers | None) -> str:
    """What deploying does for a browser, by a request."""
    if three is None:
        return "changes no answer that a browser gets"
    before = three.base if three.live is None else three.live
    shows = shown_by(before, three.head, three.request)
    if shows is None:
        return "has S3 answer otherwise"
    return _DOES[shows].format(who=three.request.origin, what=_what(three.request))


def _word(answer: CorsAnswer | None) -> str:
    if answer is None:
        return "not read"
    if not answer.allowed:
        return "refused"
    credentials = "Access-Control-Allow-Credentials" in dict(answer.headers)
    return "allowed" if credentials else "allowed without credentials"


def _what(request: CorsRequest) -> str:
    names = f" with {', '.join(request.headers)}" if request.headers else ""
    return f"{request.method}{names}"


def _asked(request: CorsRequest) -> str:
    return f"{_what(request)} from {request.origin}"
