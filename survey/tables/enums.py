"""States and kinds that rows hold, each a word of its own; ``survey.words`` says them in Chinese."""

from __future__ import annotations

from enum import StrEnum

from reports.facts import DrillOutcome, Outlook, Severity, SheetKind, Size, Verdict


class Role(StrEnum):
    """What a user may be."""

    FIRM = "firm"
    CONSULTANT = "consultant"
    OFFICER = "officer"
    ADMINISTRATOR = "administrator"
    PROVIDER = "provider"


class AssessmentState(StrEnum):
    """Where an assessment is in its life; ``lifecycle.states`` says what leads on."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    VISITING = "visiting"
    CONFIRMED = "confirmed"


class RequestState(StrEnum):
    """What became of a firm's request to have its sheet back."""

    OPEN = "open"
    GRANTED = "granted"
    DECLINED = "declined"
    TAKEN_BACK = "taken_back"


class PoolState(StrEnum):
    """Where a firm stands in the cultivation pool."""

    PROPOSED = "proposed"
    IN_POOL = "in_pool"
    RECOGNISED = "recognised"
    WITHDRAWN = "withdrawn"


class Ladder(StrEnum):
    """Which ladder a firm climbs: that of district and province, or the nation's; never mixed."""

    PROVINCE = "province"
    NATION = "nation"


class StageFact(StrEnum):
    """What the system knows of a firm, so that it proposes a stage (``store.stage_facts``)."""

    CONFIRMED = "confirmed"
    FILED = "filed"
    UNDERWAY = "underway"
    ACCEPTED = "accepted"
    RATED = "rated"
    RECOGNISED = "recognised"
    # of the nation's ladder alone
    ELIGIBLE = "eligible"
    SELF_RATED = "self_rated"
    PUT_FORWARD = "put_forward"
    LISTED = "listed"


class RecognitionStanding(StrEnum):
    """Whether a recorded recognition counts; the others are kept to be read."""

    VALID = "valid"
    CORRECTED = "corrected"
    REVOKED = "revoked"


class AwardLevel(StrEnum):
    """Whose title a recognition is."""

    DISTRICT = "district"
    CITY = "city"
    PROVINCE = "province"
    NATION = "nation"


class Doubt(StrEnum):
    """What makes a decision look wrong, until somebody says it is meant."""

    UNVERIFIED = "unverified"
    PROVISIONAL = "provisional"
    ABOVE_VERIFIED = "above_verified"
    YEAR_DIFFERS = "year_differs"
    ROUNDS_OVERLAP = "rounds_overlap"
    OTHER_REGISTRAR = "other_registrar"
    OWN_CODE = "own_code"
    OTHER_PLACE = "other_place"


class ProjectState(StrEnum):
    """How far a project has come."""

    PLANNED = "planned"
    CONTRACTED = "contracted"
    UNDER_WAY = "under_way"
    FINISHED = "finished"
    """As the firm says; it asks for its acceptance."""
    ACCEPTED = "accepted"
    STOPPED = "stopped"


class SampleState(StrEnum):
    """Where the card of a sample is: only a published one is shown to others."""

    DRAFT = "draft"
    ASKED = "asked"
    PUBLISHED = "published"
    WITHDRAWN = "withdrawn"


class ConsentWay(StrEnum):
    """How a firm gave its written consent: on its own page, or on a signed paper."""

    PAGE = "page"
    PAPER = "paper"


class ProjectPaperKind(StrEnum):
    """What a document of a project is."""

    CONTRACT = "contract"
    INVOICE = "invoice"
    PAYMENT = "payment"
    ACCEPTANCE = "acceptance"
    PHOTO = "photo"
    OTHER = "other"


class CostKind(StrEnum):
    """What money of a project is for."""

    EQUIPMENT = "equipment"
    SOFTWARE = "software"
    SERVICES = "services"
    BUILDING = "building"
    YEARLY = "yearly"


class EditionState(StrEnum):
    """What may be done with an edition of the questionnaire."""

    DRAFT = "draft"
    PUBLISHED = "published"
    RETIRED = "retired"


class WebhookState(StrEnum):
    """Whether a webhook is told of steps; ``FAILED`` is what it is after its receiver was away for long."""

    ON = "on"
    OFF = "off"
    FAILED = "failed"


class DeliveryState(StrEnum):
    """What became of an event that is to be told."""

    WAITING = "waiting"
    TAKEN = "taken"
    GIVEN_UP = "given_up"


class JobState(StrEnum):
    """How far a job has come; the last three are ends."""

    QUEUED = "queued"
    WORKING = "working"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"


class Fault(StrEnum):
    """Why a try failed."""

    TOO_SLOW = "too_slow"
    TOO_LARGE = "too_large"
    BROKEN = "broken"
    LOST = "lost"
    """The worker went away with the job in hand."""
    UNREACHABLE = "unreachable"
    """Database, disk or a service did not answer."""
    GONE = "gone"
    """What the job is about is not there any more, or not in a state to work on."""
    CHANGED = "changed"
    """What the job is about changed while it was read."""
    UNSIGNED = "unsigned"
    """Key and certificate that sign what is issued cannot be used."""
    NO_RIGHT = "no_right"
    """Whoever asked for it may not have it any more."""
    TEMPLATE = "template"
    """The bureau's own Word template cannot be filled any more."""
    NO_FOLDER = "no_folder"
    """The folder for backups is not there, or takes nothing from us."""
    NO_ROOM = "no_room"
    """The disk with that folder is full."""
    NO_KEY = "no_key"
    """The public key that backups are to be locked to is none."""
    UNPROVED = "unproved"
    """What was written reads differently."""
    UNKNOWN_KIND = "unknown_kind"
    """This release does not know such work; a newer one beside it may."""


class DocumentStanding(StrEnum):
    """What a document is worth today."""

    VALID = "valid"
    SUPERSEDED = "superseded"
    WITHDRAWN = "withdrawn"


class DocumentKind(StrEnum):
    """What a document is; the column allows the words of later releases."""

    SELF_REPORT = "self_report"
    ONSITE_REPORT = "onsite_report"
    DISTRICT_PAGE = "district_page"
    DISTRICT_OUTWARD = "district_outward"
    """The same for readers outside the bureau, small counts held back."""
    ANNUAL_REPORT = "annual_report"
    ANNUAL_OUTWARD = "annual_outward"


class BatchKind(StrEnum):
    """What is made of many firms at once."""

    REPORTS = "reports"
    SHORT = "short"
    """Of each report its edition of four pages (简版)."""
    PICTURE = "picture"
    """Of each its first page as PNG."""
    WORD = "word"
    WORKBOOK = "workbook"
    FILES = "files"
    """Everything known of each firm (一企一档)."""

    @property
    def of_reports(self) -> bool:
        """Whether each firm gets its report, or an edition of it."""
        return self not in (BatchKind.WORKBOOK, BatchKind.FILES)


class BatchState(StrEnum):
    """How far such a batch has come."""

    MAKING = "making"
    MADE = "made"
    CANCELLED = "cancelled"


class ScanState(StrEnum):
    """How a content stands with the virus scanner."""

    WAITING = "waiting"
    CLEAN = "clean"
    INFECTED = "infected"


class ItemState(StrEnum):
    """How far one firm of a batch is."""

    WAITING = "waiting"
    WORKING = "working"
    DONE = "done"
    FAILED = "failed"


class Need(StrEnum):
    """What an answer still needs before its sheet may be handed in or confirmed."""

    ANSWER = "answer"
    VERDICT = "verdict"
    REASON = "reason"
    PHOTO = "photo"
    SEEN = "seen"
    """It holds a gate of the reached rung, so that the firm's word alone will not do."""


class NeedState(StrEnum):
    """How far a firm's need (诉求) has come; ``lifecycle.states`` says what leads on."""

    REGISTERED = "registered"
    HANDED_OVER = "handed_over"
    WORKING = "working"
    ANSWERED = "answered"
    CALLED_BACK = "called_back"
    """The firm said that it is solved."""
    CLOSED = "closed"
    DEFERRED = "deferred"
    DECLINED = "declined"


class NeedSource(StrEnum):
    """How a firm's need came to the bureau."""

    FIRM = "firm"
    """The firm wrote it down itself."""
    VISIT = "visit"
    PHONE = "phone"
    HOTLINE = "hotline"
    MEETING = "meeting"
    ASSESSMENT = "assessment"
    """An answer of a sheet proposed it, and somebody confirmed."""


class NeedWord(StrEnum):
    """What was said on the way of a need."""

    PROGRESS = "progress"
    ANSWER = "answer"
    CALL_BACK = "call_back"
    """By the firm, when it was asked whether it is solved."""


class Rating(StrEnum):
    """How content a firm is."""

    GOOD = "good"
    FAIR = "fair"
    POOR = "poor"


class ResponseKind(StrEnum):
    """What a firm says of a confirmed visit."""

    ACKNOWLEDGED = "acknowledged"
    OBJECTED = "objected"


class Settlement(StrEnum):
    """How the bureau settled an objection."""

    UPHELD = "upheld"
    """The visit was opened again."""
    KEPT = "kept"
    """The result stands, and the firm was told why."""


class NoteKind(StrEnum):
    """What a visit notes beside its verdicts; ``lifecycle.note_kinds`` says what each holds."""

    STAY = "stay"
    MEMBER = "member"
    PERSON = "person"
    PLACE = "place"
    SAMPLE = "sample"
    FINDING = "finding"
    DRILL = "drill"


class SignerRole(StrEnum):
    """For whom somebody signs at the end of a visit."""

    CONSULTANT = "consultant"
    FIRM = "firm"


class SecondState(StrEnum):
    """How far the sheet is that the second of a pair keeps apart."""

    OPEN = "open"
    FINISHED = "finished"
    COMPARED = "compared"
    """Both sheets lie side by side before the lead."""
    CLOSED = "closed"
    """The lead went on without it."""


class Decision(StrEnum):
    """How the lead decided where the second of a pair said otherwise."""

    KEEP = "keep"
    TAKE = "take"
    OTHER = "other"


class RosterState(StrEnum):
    """How far a list of firms has come on its way in."""

    UPLOADED = "uploaded"
    CHECKING = "checking"
    CHECKED = "checked"
    IMPORTING = "importing"
    IMPORTED = "imported"
    UNDOING = "undoing"
    UNDONE = "undone"


class RowOutcome(StrEnum):
    """What a row of a list would do."""

    NEW = "new"
    CHANGED = "changed"
    UNCHANGED = "unchanged"
    DUPLICATE = "duplicate"
    FAULT = "fault"


class RowFault(StrEnum):
    """What is wrong with a row of a list, so that it is left out."""

    CODE_MISSING = "code_missing"
    CODE_AS_NUMBER = "code_as_number"
    CODE_WRONG = "code_wrong"
    NAME_MISSING = "name_missing"
    NAME_TOO_LONG = "name_too_long"
    NAME_PARTED = "name_parted"
    """The row below holds nothing but how the name goes on."""
    NO_VALUE = "no_value"
    UNREADABLE = "unreadable"
    SCALED = "scaled"
    """Its format shows another number than the one that stands there."""
    TOO_LARGE = "too_large"
    OTHER_HEAD = "other_head"
    """It stands under another head, with other columns."""
    OTHER_TITLE = "other_title"
    """It stands under a title of another unit, year or part of a year than the list's."""
    OTHER_YEAR = "other_year"
    """It is of another year than the list is read for, or of a part of one."""
    TOO_WIDE = "too_wide"
    """A text's row of more cells than the head: a comma parts what belongs together."""


class RowNote(StrEnum):
    """What is doubtful in a row of a list that is taken all the same."""

    SAME_NAME = "same_name"
    FORMER_NAME = "former_name"
    OTHER_ORGANISATION = "other_organisation"
    CODE_UNUSUAL = "code_unusual"
    LEFT_EMPTY = "left_empty"
    SHORTENED = "shortened"
    OWN_WORDS = "own_words"
    """The firm itself said otherwise: its word stays."""
    REPEATED = "repeated"
    """A later row of the same code; that one is left out."""
    HIDDEN = "hidden"
    STRUCK = "struck"
    """Its cells are struck through."""
    OTHER_INDUSTRY = "other_industry"
    """The industry's code is of no industry: mistyped, retired, or the firm makes nothing."""
    BESIDE = "beside"
    """Another table stands to the right, with a firm in this row that is not read."""
    SHARED = "shared"
    """A figure merged over rows of several firms is left out: it is that of none."""
    MARKED = "marked"
    """Marks of a foot note by the name are left out."""
    NAME_ASIDE = "name_aside"
    """Behind the name stands what became of the firm; it is kept as it stands."""


class ProposalState(StrEnum):
    """What became of a recognition that a list named."""

    OPEN = "open"
    TAKEN = "taken"
    DECLINED = "declined"


class ProviderStanding(StrEnum):
    """Whether a provider is shown to firms."""

    ACTIVE = "active"
    PAUSED = "paused"
    REMOVED = "removed"


class NoticeState(StrEnum):
    """How far a notice that calls for applications has come."""

    DRAFT = "draft"
    PUBLISHED = "published"
    ENDED = "ended"
    WITHDRAWN = "withdrawn"


class NoticeSource(StrEnum):
    """How sure it is what a notice is kept to say."""

    OFFICIAL = "official"
    COPY = "copy"
    MEMORY = "memory"
    INFERRED = "inferred"


class CandidateState(StrEnum):
    """What a firm means to do about a notice, and what became of it."""

    OPEN = "open"
    INTENDED = "intended"
    DECLINED = "declined"
    RECOMMENDED = "recommended"
    PASSED = "passed"
    FAILED = "failed"


class IntroductionState(StrEnum):
    """How far a firm and a provider have come about one package."""

    ASKED = "asked"
    """The provider would like to know whose demand it is."""
    AGREED = "agreed"
    """The firm agreed to be named to this provider."""
    REFUSED = "refused"
    INTRODUCED = "introduced"
    """An officer brought them together."""
    CONTRACTED = "contracted"
    ENDED = "ended"
    """It came to nothing."""
    WITHDRAWN = "withdrawn"
    """The firm took its consent back for the future."""


class ReminderKind(StrEnum):
    """Why a firm was reminded of a round."""

    BEFORE_30 = "before_30"
    BEFORE_7 = "before_7"
    BEFORE_1 = "before_1"
    PRESSED = "pressed"
    """An officer pressed the button."""


class News(StrEnum):
    """What a firm is told of its sheet by mail."""

    RETURNED = "returned"
    VISIT = "visit"
    """Who comes on which day."""
    CONFIRMED = "confirmed"


class MailState(StrEnum):
    """What became of a mail."""

    WAITING = "waiting"
    SENDING = "sending"
    """In a worker's hands, perhaps already in the server's."""
    SENT = "sent"
    """The server took it."""
    FAILED = "failed"
    UNSURE = "unsure"
    """The worker went away between handing it over and the server's answer."""


class PairNeed(StrEnum):
    """What is to be done before a visit with two sheets is confirmed."""

    FINISH = "finish"
    """The second is not done, and the lead has not gone on without."""
    COMPARE = "compare"
    DECIDE = "decide"


class LinkPurpose(StrEnum):
    """What a one-time link is for."""

    INVITE = "invite"
    RESET = "reset"


__all__ = [
    "AssessmentState",
    "AwardLevel",
    "CandidateState",
    "ConsentWay",
    "CostKind",
    "Decision",
    "DeliveryState",
    "DocumentKind",
    "DocumentStanding",
    "Doubt",
    "DrillOutcome",
    "EditionState",
    "Fault",
    "IntroductionState",
    "JobState",
    "Ladder",
    "LinkPurpose",
    "MailState",
    "Need",
    "NeedSource",
    "NeedState",
    "NeedWord",
    "NoteKind",
    "NoticeSource",
    "NoticeState",
    "Outlook",
    "PairNeed",
    "PoolState",
    "ProjectPaperKind",
    "ProjectState",
    "ProposalState",
    "ProviderStanding",
    "Rating",
    "RecognitionStanding",
    "ReminderKind",
    "RequestState",
    "ResponseKind",
    "Role",
    "RosterState",
    "RowFault",
    "RowNote",
    "RowOutcome",
    "SampleState",
    "SecondState",
    "Settlement",
    "Severity",
    "SheetKind",
    "SignerRole",
    "Size",
    "StageFact",
    "Verdict",
    "WebhookState",
]
