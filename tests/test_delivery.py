"""Delivery: every reader gets a board once, from a server that refuses, stalls or is not there as well."""

import dataclasses
import datetime as dt
import re
import shutil
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

import pytest
from given import ROOT, SETTINGS, workspace
from mail import PASSWORD, USER, Mailbox, certificate_for, free_port, serving, stalling
from unattended import Runs, add_settings, add_to_partner, copied, district, outcome, told

from partnerkpi.cli.app import run
from partnerkpi.config.unattended import DeliverySettings, RunSettings
from partnerkpi.config.workspace import Workspace
from partnerkpi.errors import ConfigurationError, PrivacyRefused
from partnerkpi.models.run import BoardState, BookedBoard, DeliveryState
from partnerkpi.records.partners import read_partners
from partnerkpi.schedule.message import message
from partnerkpi.schedule.smtp import connected
from partnerkpi.warehouse import open_for_reading, open_for_writing
from partnerkpi.warehouse.runs import book_deliveries, read_runs

pytestmark = pytest.mark.usefixtures("laid_out_here")

CHIEF, CLERK, CHAMBER = "chief@example.org", "clerk@example.org", "chamber@example.org"
RECIPIENTS = f'\n[recipients]\nexecutive = ["{CHIEF}", "{CLERK}"]\n'
SMTP = """
[delivery]
method = "smtp"
host = "{host}"
port = {port}
security = "{security}"
sender = "boards@example.org"
timeout_seconds = 2
"""
BOARD = "2025-26-Q1/hospital.pdf"
DAY, NEXT = "2025-11-08", "2025-11-09"


@pytest.fixture(scope="module")
def made_district(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """The first board is made, and nobody was to get it yet."""
    made = district(tmp_path_factory.mktemp("made") / "d", "2025-26 Q1", "2025-26 Q2")
    assert outcome(Runs(made).on("2025-11-07")).state == "made"
    return made


@pytest.fixture
def runs(made_district: Workspace, tmp_path: Path) -> Runs:
    """A copy of it, with two recipients."""
    made = copied(made_district, tmp_path / "d")
    add_to_partner(made, RECIPIENTS)
    return Runs(made)


def by_mail(runs: Runs, port: int, *, host: str = "127.0.0.1", security: str = "none", more: str = "") -> None:
    """Let boards go out through a server."""
    text = (runs.workspace.root / "partnerkpi.toml").read_text().split("\n[delivery]")[0]
    (runs.workspace.root / "partnerkpi.toml").write_text(text)
    add_settings(runs.workspace, SMTP.format(host=host, port=port, security=security) + more)


def steps(runs: Runs, recipient: str) -> list[str]:
    """The steps of the delivery to a recipient."""
    with open_for_reading(runs.workspace.database) as warehouse:
        return [str(each.state) for each in read_runs(warehouse).deliveries if each.recipient == recipient]


def test_a_board_is_delivered_once(runs: Runs) -> None:
    mailbox = Mailbox()
    with serving(mailbox) as port:
        by_mail(runs, port)
        assert told(runs.on(DAY, plan=True)) == {"2025-26 Q1 hospital": "delivery; not sent to 2"}
        assert mailbox.taken == []
        assert outcome(runs.on(DAY)).text == "delivery; sent to 2"
        assert told(runs.on(NEXT)) == {} and told(runs.on(NEXT, again=True)) == {}
    assert mailbox.recipients == [CHIEF, CLERK]
    assert steps(runs, CHIEF) == ["sending", "sent"]


def test_the_message_is_the_script_with_the_page_attached_and_shows_no_other_address(runs: Runs) -> None:
    mailbox = Mailbox()
    with serving(mailbox) as port:
        by_mail(runs, port)
        runs.on(DAY)
    (_, first), (_, second) = mailbox.taken
    assert (first["To"], first["Bcc"], first["From"]) == (CHIEF, None, "boards@example.org")
    assert CLERK not in first.as_string() and first["Message-ID"] != second["Message-ID"]
    assert first["Subject"] == "Test District and County Memorial Hospital: 2025-26 Q1"
    body = first.get_body()
    assert body is not None and body.get_content_type() == "text/plain"
    assert "Test District and County Memorial Hospital" in body.get_content()
    (page,) = first.iter_attachments()
    assert page.get_filename() == "hospital-2025-26-Q1.pdf"
    assert page.get_payload(decode=True) == runs.boards()[BOARD]


def test_a_line_that_begins_with_a_dot_arrives_as_it_is(runs: Runs) -> None:
    mailbox = Mailbox()
    with serving(mailbox) as port:
        by_mail(runs, port)
        with connected(Workspace(runs.workspace.root)) as server:
            server.send(CHIEF, b"Subject: dots\r\n\r\n.\r\n..two\r\nend")
    ((_, message),) = mailbox.taken
    assert message.get_content().splitlines() == [".", "..two", "end"]


def test_a_reader_whose_address_is_written_several_times_gets_one_message(runs: Runs) -> None:
    partner = runs.workspace.partners / "hospital.toml"
    text = partner.read_text()
    partner.write_text(text.replace(f'["{CHIEF}", "{CLERK}"]', f'["{CHIEF}", "{CHIEF}", "Chief@Example.org"]'))
    mailbox = Mailbox()
    with serving(mailbox) as port:
        by_mail(runs, port)
        assert outcome(runs.on(DAY)).text == "delivery; sent to 1"
        # It is the same reader when somebody writes the address another way later.
        partner.write_text(text.replace(f'["{CHIEF}", "{CLERK}"]', '["CHIEF@example.org"]'))
        assert told(runs.on(NEXT)) == {} and told(runs.on(NEXT, again=True)) == {}
    assert mailbox.recipients == [CHIEF]


def test_a_reader_of_two_audiences_gets_both_boards(runs: Runs) -> None:
    add_to_partner(runs.workspace, f'community = ["Chief@example.org", "{CHIEF}"]\n')
    mailbox = Mailbox()
    with serving(mailbox) as port:
        by_mail(runs, port)
        runs.on(DAY)
    assert sorted(mailbox.recipients) == sorted(["Chief@example.org", CHIEF, CLERK])
    assert len({page["Message-ID"] for _, page in mailbox.taken}) == 3


def test_a_refused_recipient_is_tried_again_and_the_others_are_not(runs: Runs) -> None:
    mailbox = Mailbox(refused={CLERK})
    with serving(mailbox) as port:
        by_mail(runs, port)
        first = runs.on(DAY)
        assert (outcome(first).text, first.exit_code) == ("delivery; sent to 1; not sent to 1", 9)
        assert [error.what for error in runs.errors] == [f"The mail server refuses {CLERK} (550 5.1.1 User unknown)."]
        mailbox.refused.clear()
        second = runs.on(NEXT)
        assert (outcome(second).text, second.exit_code) == ("delivery; sent to 1", 0)
        assert told(runs.on(NEXT)) == {}
    assert mailbox.recipients == [CHIEF, CLERK]
    assert steps(runs, CLERK) == ["sending", "owed", "sending", "sent"]


def test_a_server_that_is_down_loses_nothing(runs: Runs) -> None:
    by_mail(runs, free_port())
    down = runs.on(DAY)
    assert (outcome(down).text, down.exit_code) == ("delivery; not sent to 2", 9)
    assert [error.what for error in runs.errors] == ["The mail server cannot be reached: Connection refused."]
    mailbox = Mailbox()
    with serving(mailbox) as port:
        by_mail(runs, port)
        assert outcome(runs.on(NEXT)).text == "delivery; sent to 2"
    assert mailbox.recipients == [CHIEF, CLERK]


def test_a_server_that_stalls_before_the_message_is_tried_again(runs: Runs) -> None:
    with stalling() as port:
        by_mail(runs, port, more="")
        assert outcome(runs.on(DAY)).text == "delivery; not sent to 2"
    assert "did not answer" in runs.errors[0].what
    assert steps(runs, CHIEF) == ["owed"]


def test_a_message_that_was_handed_over_without_an_answer_is_not_sent_again(runs: Runs) -> None:
    with stalling("220 here", "250 hello", "250 sender", "250 recipient", "354 go on") as port:
        by_mail(runs, port)
        doubtful = runs.on(DAY)
    assert doubtful.exit_code == 9
    assert (steps(runs, CHIEF), steps(runs, CLERK)) == (["sending", "in doubt"], ["sending", "owed"])
    mailbox = Mailbox()
    with serving(mailbox) as port:
        by_mail(runs, port)
        runs.on(NEXT)
        assert mailbox.recipients == [CLERK]
        runs.on(NEXT, again=True)
    assert mailbox.recipients == [CLERK, CHIEF]


def test_a_run_that_was_killed_while_sending_leaves_word(runs: Runs) -> None:
    mailbox = Mailbox(refused={CHIEF})
    with serving(mailbox) as port:
        by_mail(runs, port)
        runs.on(DAY)
        with open_for_writing(runs.workspace.database) as warehouse:
            last = next(each for each in read_runs(warehouse).deliveries if each.recipient == CHIEF)
            book_deliveries(warehouse, [dataclasses.replace(last, state=DeliveryState.SENDING)])
        mailbox.refused.clear()
        report = runs.on(NEXT)
        assert report.exit_code == 9 and "was ended while it sent" in runs.errors[0].what
        assert told(runs.on(NEXT)) == {}
    assert mailbox.recipients == [CLERK] and steps(runs, CHIEF)[-1] == "in doubt"


def test_a_restated_board_goes_out_again_only_when_somebody_asks(runs: Runs) -> None:
    mailbox = Mailbox()
    with serving(mailbox) as port:
        by_mail(runs, port)
        runs.on(DAY)
        before = runs.boards()[BOARD]
        partner = runs.workspace.partners / "hospital.toml"
        partner.write_text(partner.read_text().replace("County Memorial Hospital", "County Clinic"))
        drawn = ["report", "--partner", "hospital", "--period", "2025-26-Q1"]
        assert run([*drawn, "--workspace", str(runs.workspace.root)]) == 0
        assert runs.boards()[BOARD] != before
        assert told(runs.on(NEXT)) == {} and len(mailbox.taken) == 2
        assert outcome(runs.on(NEXT, again=True)).text == f"made: boards/{BOARD}; sent to 2"
        assert told(runs.on(NEXT, again=True)) == {}
    assert [message["Subject"] for _, message in mailbox.taken[1:3]] == [
        "Test District and County Memorial Hospital: 2025-26 Q1",
        "Test District and County Clinic: 2025-26 Q1",
    ]


def test_a_board_that_is_gone_before_it_was_sent_is_made_once_more(runs: Runs) -> None:
    by_mail(runs, free_port())
    runs.on(DAY)
    (runs.workspace.root / "boards" / BOARD).unlink()
    mailbox = Mailbox()
    with serving(mailbox) as port:
        by_mail(runs, port)
        assert outcome(runs.on(NEXT)).deliveries[0].state is DeliveryState.SENT
    assert mailbox.recipients == [CHIEF, CLERK]


def test_a_new_recipient_gets_the_latest_board_and_no_older_one(runs: Runs) -> None:
    mailbox = Mailbox()
    with serving(mailbox) as port:
        by_mail(runs, port)
        runs.on("2026-01-30")
        assert mailbox.recipients == [CHIEF, CLERK]
        partner = runs.workspace.partners / "hospital.toml"
        partner.write_text(partner.read_text().replace(f'"{CHIEF}"', f'"{CHIEF}", "{CHAMBER}"'))
        assert told(runs.on("2026-01-31")) == {"2025-26 Q2 hospital": "delivery; sent to 1"}
    assert mailbox.recipients == [CHIEF, CLERK, CHAMBER]


def test_again_sends_no_older_board_to_a_new_recipient(runs: Runs) -> None:
    """Not even one that is another than it was, while those who had it get it."""
    mailbox = Mailbox()
    with serving(mailbox) as port:
        by_mail(runs, port)
        runs.on(DAY)
        runs.on("2026-01-30")
        partner = runs.workspace.partners / "hospital.toml"
        partner.write_text(partner.read_text().replace(f'"{CHIEF}"', f'"{CHIEF}", "{CHAMBER}"'))
        assert told(runs.on("2026-01-31", plan=True, again=True))["2025-26 Q2 hospital"].endswith("not sent to 1")
        assert told(runs.on("2026-01-31", again=True)) == {"2025-26 Q2 hospital": "delivery; sent to 1"}
        renamed(runs, "County Memorial Hospital", "County Clinic")
        again = told(runs.on("2026-02-01", again=True))
    assert {quarter: text.rpartition("; ")[2] for quarter, text in again.items()} == {
        "2025-26 Q1 hospital": "sent to 2",
        "2025-26 Q2 hospital": "sent to 3",
    }
    subjects = [message["Subject"][-10:] for to, message in mailbox.taken if to == CHAMBER]
    assert subjects == ["2025-26 Q2", "2025-26 Q2"]


def test_a_board_that_is_what_it_was_two_versions_ago_goes_out_again(runs: Runs) -> None:
    mailbox = Mailbox()
    with serving(mailbox) as port:
        by_mail(runs, port)
        runs.on(DAY)
        for before, after in (("Memorial Hospital", "Clinic"), ("Clinic", "Memorial Hospital")):
            renamed(runs, f"County {before}", f"County {after}")
            assert outcome(runs.on(NEXT, again=True)).text == f"made: boards/{BOARD}; sent to 2"
        assert told(runs.on(NEXT, again=True)) == {}
    first, _, second, _, third, _ = [message for _, message in mailbox.taken]
    assert first["Subject"] == third["Subject"] != second["Subject"]
    # A mail program that knows a second copy by its Message-ID must not take the third for the first.
    assert len({message["Message-ID"] for message in (first, second, third)}) == 3


def test_who_has_the_version_that_a_board_comes_back_to_gets_nothing(runs: Runs) -> None:
    mailbox = Mailbox()
    with serving(mailbox) as port:
        by_mail(runs, port)
        runs.on(DAY)
        renamed(runs, "County Memorial Hospital", "County Clinic")
        by_mail(runs, free_port())
        assert runs.on(NEXT, again=True).exit_code == 9
        by_mail(runs, port)
        renamed(runs, "County Clinic", "County Memorial Hospital")
        assert outcome(runs.on(NEXT, again=True)).text == f"made: boards/{BOARD}"
        assert told(runs.on(NEXT)) == {} and told(runs.on(NEXT, again=True)) == {}
    assert mailbox.recipients == [CHIEF, CLERK]
    assert steps(runs, CHIEF)[-1] == "sent"


def renamed(runs: Runs, before: str, after: str) -> None:
    """The partner file says another name, wherever it said the one before."""
    path = runs.workspace.partners / "hospital.toml"
    path.write_text(path.read_text().replace(before, after))


@pytest.mark.parametrize("security", ["starttls", "tls"])
def test_messages_go_over_tls_with_a_password(
    runs: Runs, security: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    certificate = certificate_for(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    monkeypatch.setenv("PARTNERKPI_SMTP_PASSWORD", PASSWORD)
    mailbox = Mailbox()
    with serving(mailbox, certificate=certificate, starttls=security == "starttls") as port:
        by_mail(runs, port, host="localhost", security=security, more=f'user = "{USER}"\n')
        assert outcome(runs.on(DAY)).text == "delivery; sent to 2", runs.errors
    assert mailbox.recipients == [CHIEF, CLERK]


def test_a_certificate_nobody_vouches_for_is_refused(runs: Runs, tmp_path: Path) -> None:
    mailbox = Mailbox()
    with serving(mailbox, certificate=certificate_for(tmp_path)) as port:
        by_mail(runs, port, host="localhost", security="starttls")
        assert runs.on(DAY).exit_code == 9
    assert "certificate of the mail server is not trusted" in runs.errors[0].what and mailbox.taken == []


def test_without_tls_nothing_is_said(runs: Runs, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PARTNERKPI_SMTP_PASSWORD", PASSWORD)
    mailbox = Mailbox()
    with serving(mailbox) as port:
        by_mail(runs, port, host="localhost", security="starttls", more=f'user = "{USER}"\n')
        runs.on(DAY)
        assert [error.what for error in runs.errors] == ["The mail server does not offer TLS; nothing was sent."]
        by_mail(runs, port, host="localhost", security="tls", more=f'user = "{USER}"\n')
        runs.on(DAY)
    assert "No TLS could be agreed on" in runs.errors[0].what and mailbox.taken == []


def test_a_wrong_password_is_told_without_it(
    runs: Runs, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    certificate = certificate_for(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    monkeypatch.setenv("PARTNERKPI_SMTP_PASSWORD", "open sesame")
    with serving(Mailbox(), certificate=certificate) as port:
        by_mail(runs, port, host="localhost", security="starttls", more=f'user = "{USER}"\n')
        assert run(["run", "--now", DAY, "--log", "--workspace", str(runs.workspace.root)]) == 9
    said = capfd.readouterr().err + (runs.workspace.root / "data" / "run.log").read_text()
    assert "The mail server refuses the user or the password (535)." in said
    assert "sesame" not in said and b"sesame" not in runs.workspace.database.read_bytes()


@pytest.mark.parametrize(
    ("user", "secret", "what"),
    [
        (USER, "pässword", "The password of the mail server has letters that cannot be sent to it."),
        (USER, "\udce4bc", "The password of the mail server has letters that cannot be sent to it."),
        ("büro", PASSWORD, "The user of the mail server has letters that cannot be sent to it."),
    ],
)
def test_letters_that_no_login_takes_cost_nobody_the_run(
    runs: Runs, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, user: str, secret: str, what: str
) -> None:
    certificate = certificate_for(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    monkeypatch.setenv("PARTNERKPI_SMTP_PASSWORD", secret)
    mailbox = Mailbox()
    with serving(mailbox, certificate=certificate) as port:
        by_mail(runs, port, host="localhost", security="starttls", more=f'user = "{user}"\n')
        report = runs.on(DAY)
        assert (outcome(report).text, report.exit_code) == ("delivery; not sent to 2", 9)
        assert [(type(error), error.what) for error in runs.errors] == [(ConfigurationError, what)]
        assert secret not in str(runs.errors[0])
        by_mail(runs, port, host="localhost", security="starttls", more=f'user = "{USER}"\n')
        monkeypatch.setenv("PARTNERKPI_SMTP_PASSWORD", PASSWORD)
        assert outcome(runs.on(NEXT)).text == "delivery; sent to 2"


@pytest.mark.parametrize(
    ("right", "wrong", "what"),
    [
        ("boards@example.org", "büro@example.org", "The sender of messages has letters that a mail server need not"),
        ("127.0.0.1", "mail..example.org", "The name of the mail server cannot be one."),
    ],
)
def test_a_sender_or_server_that_cannot_be_is_told(runs: Runs, right: str, wrong: str, what: str) -> None:
    by_mail(runs, free_port())
    path = runs.workspace.root / "partnerkpi.toml"
    path.write_text(path.read_text().replace(right, wrong).replace('security = "none"', 'security = "starttls"'))
    report = runs.on(DAY)
    assert (outcome(report).text, report.exit_code) == ("delivery; not sent to 2", 9)
    assert [type(error) for error in runs.errors] == [ConfigurationError]
    assert runs.errors[0].what.startswith(what)


def test_a_server_that_asks_nonsense_for_the_password_is_told(runs: Runs, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PARTNERKPI_SMTP_PASSWORD", PASSWORD)
    with stalling("220 here", "250-hello\r\n250 AUTH CRAM-MD5", "334 abc", "535 no") as port:
        by_mail(runs, port, more=f'user = "{USER}"\n')
        assert outcome(runs.on(DAY)).text == "delivery; not sent to 2"
    assert [error.what for error in runs.errors] == ["The mail server was not understood (Error)."]


def test_an_address_of_other_letters_is_told_and_the_others_get_theirs(runs: Runs) -> None:
    partner = runs.workspace.partners / "hospital.toml"
    partner.write_text(partner.read_text().replace(CHIEF, "zoë@example.org"))
    mailbox = Mailbox()
    with serving(mailbox) as port:
        by_mail(runs, port)
        assert outcome(runs.on(DAY)).text == "delivery; sent to 1; not sent to 1"
    assert mailbox.recipients == [CLERK] and "zoë@example.org has letters" in runs.errors[0].what


def test_no_name_writes_a_header_of_its_own(runs: Runs, tmp_path: Path) -> None:
    page = tmp_path / "2025-26-Q1" / "mill\r\nBcc: evil@example.org\udce4.pdf"
    page.parent.mkdir()
    page.write_bytes(b"%PDF")
    key = (1, "mill", "2025-26 Q1", "executive")
    title = "A board\r\nBcc: evil@example.org\x00"
    board = BookedBoard(*key, BoardState.MADE, title=title, sha256="0", script="Text.")
    settings = DeliverySettings(method="eml", sender="boards@example.org")
    content = message(settings, board, page, now=dt.datetime(2025, 11, 8), to="zoë@example.org")
    parsed = message_from_bytes(content, policy=policy.default)
    assert (parsed["Subject"], parsed["Bcc"]) == ("A board Bcc: evil@example.org", None)
    (attached,) = parsed.iter_attachments()
    assert attached.get_filename() == "mill--Bcc: evil@example.org--2025-26-Q1.pdf"


def test_the_password_may_lie_in_a_file_that_nobody_else_reads(
    runs: Runs, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    certificate = certificate_for(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    monkeypatch.delenv("PARTNERKPI_SMTP_PASSWORD", raising=False)
    secret = runs.workspace.root / "data" / "smtp"
    mailbox = Mailbox()
    more = f'user = "{USER}"\npassword_file = "data/smtp"\n'
    with serving(mailbox, certificate=certificate) as port:
        by_mail(runs, port, host="localhost", security="starttls", more=more)
        assert runs.on(DAY).exit_code == 9
        assert runs.errors[0].what == "The file of the password cannot be read."
        secret.write_text(f"{PASSWORD}\n")
        secret.chmod(0o640)
        assert runs.on(DAY).exit_code == 9
        assert runs.errors[0].what == "Others may read the file of the password."
        secret.chmod(0o600)
        assert outcome(runs.on(NEXT)).text == "delivery; sent to 2"
    assert mailbox.recipients == [CHIEF, CLERK]


@pytest.mark.parametrize(
    ("text", "mistake"),
    [
        ('method = "smtp"\nhost = "mail.example.org"\n', "sender is missing"),
        ('method = "smtp"\nsender = "a@example.org"\n', "host is missing"),
        (
            'method = "smtp"\nsender = "a@example.org"\nhost = "mail.example.org"\nsecurity = "none"\n',
            "without TLS messages go to this machine alone",
        ),
        ('password = "open sesame"\n', "delivery.password is not a known key (did you mean password_file?)"),
        ('sender = "a@example.org, b@example.org"\n', "delivery.sender"),
    ],
)
def test_mistakes_in_the_settings_are_told_and_never_a_password(tmp_path: Path, text: str, mistake: str) -> None:
    (tmp_path / "partnerkpi.toml").write_text(f"{SETTINGS}\n[delivery]\n{text}")
    with pytest.raises(ConfigurationError) as caught:
        Workspace(tmp_path).settings  # noqa: B018
    assert mistake in str(caught.value) and "sesame" not in str(caught.value)


def test_drafts_are_written_once_for_all_their_recipients(runs: Runs) -> None:
    add_settings(runs.workspace, '\n[delivery]\nmethod = "eml"\nsender = "boards@example.org"\n')
    assert outcome(runs.on(DAY)).text == "delivery; sent to 2"
    assert told(runs.on(NEXT)) == {}
    (draft,) = (runs.workspace.root / "drafts").rglob("*.eml")
    message = message_from_bytes(draft.read_bytes(), policy=policy.default)
    assert isinstance(message, EmailMessage)
    assert (message["X-Unsent"], message["To"], message["Bcc"]) == ("1", "boards@example.org", f"{CHIEF}, {CLERK}")
    assert [page.get_payload(decode=True) for page in message.iter_attachments()] == [runs.boards()[BOARD]]


def test_a_draft_that_was_written_as_a_run_was_killed_is_written_once(runs: Runs) -> None:
    add_settings(runs.workspace, '\n[delivery]\nmethod = "eml"\nsender = "boards@example.org"\n')
    runs.on(DAY)
    (draft,) = (runs.workspace.root / "drafts").rglob("*.eml")
    assert message_from_bytes(draft.read_bytes())["Message-ID"][1:9] == draft.stem[-8:]
    with open_for_writing(runs.workspace.database) as warehouse:
        warehouse.run("delete from deliveries")
    assert outcome(runs.on(NEXT)).text == "delivery; sent to 2"
    assert list((runs.workspace.root / "drafts").rglob("*.eml")) == [draft]
    # Another version is another draft, and so is one for somebody else: the first may not have been sent yet.
    renamed(runs, "County Memorial Hospital", "County Clinic")
    runs.on(NEXT, again=True)
    renamed(runs, f'"{CHIEF}"', f'"{CHIEF}", "{CHAMBER}"')
    assert outcome(runs.on(NEXT)).text == "delivery; sent to 1"
    assert len(list((runs.workspace.root / "drafts").rglob("*.eml"))) == 3


def test_a_draft_says_an_address_of_other_letters_as_it_is(runs: Runs) -> None:
    add_settings(runs.workspace, '\n[delivery]\nmethod = "eml"\nsender = "büro@example.org"\n')
    partner = runs.workspace.partners / "hospital.toml"
    partner.write_text(partner.read_text().replace(CHIEF, "zoë@example.org"))
    runs.on(DAY)
    (draft,) = (runs.workspace.root / "drafts").rglob("*.eml")
    assert f"Bcc: zoë@example.org, {CLERK}\r\n" in draft.read_bytes().decode()


def test_copies_go_to_a_folder_once_and_wait_for_one_that_cannot_be_written(runs: Runs) -> None:
    add_settings(runs.workspace, '\n[delivery]\nfolder = "../shared"\n')
    shared = runs.workspace.root.parent / "shared"
    shared.write_text("a file is in the way")
    refused = runs.on(DAY)
    assert (outcome(refused).text, refused.exit_code) == ("delivery; not sent to 1", 9)
    shared.unlink()
    assert outcome(runs.on(NEXT)).text == "delivery; sent to 1"
    assert (shared / BOARD).read_bytes() == runs.boards()[BOARD]
    shutil.rmtree(shared)
    assert told(runs.on(NEXT)) == {} and not shared.exists()


def test_the_settings_in_the_documentation_are_settings(tmp_path: Path) -> None:
    blocks = re.findall(r"```toml\n(.*?)```", (ROOT / "docs" / "run.md").read_text("utf-8"), re.DOTALL)
    run_settings, (partner, delivery) = blocks[0], blocks[1].split("# partnerkpi.toml\n")
    made = workspace(tmp_path / "d", settings=f"{SETTINGS}\n{run_settings}\n{delivery}")
    assert made.settings.run == RunSettings()
    assert (made.settings.delivery.method, made.settings.delivery.server_port) == ("smtp", 587)
    add_to_partner(made, f"\n{partner}")
    (hospital,) = read_partners(made.partners)
    assert [each.audience for each in hospital.recipients] == ["executive", "community"]


def test_nothing_goes_out_after_the_agreement_has_ended(runs: Runs) -> None:
    """The board was made while it was in force; it stays owed until there is a new one."""
    add_to_partner(runs.workspace, "\n[agreement]\nstart = 2025-08-01\nend = 2025-11-07\n")
    mailbox = Mailbox()
    with serving(mailbox) as port:
        by_mail(runs, port)
        assert outcome(runs.on(DAY)).text == "delivery; not sent to 2"
        assert mailbox.taken == []
        assert {type(error) for error in runs.errors} == {PrivacyRefused}
        path = runs.workspace.partners / "hospital.toml"
        path.write_text(path.read_text().replace("end = 2025-11-07", "end = 2026-11-07"))
        assert outcome(runs.on(NEXT)).text == "delivery; sent to 2"
    assert steps(runs, CHIEF) == ["owed", "sending", "sent"]


def test_a_run_says_once_that_an_agreement_ends_soon(tmp_path: Path) -> None:
    made = district(tmp_path / "d", "2025-26 Q1")
    add_to_partner(made, "\n[agreement]\nstart = 2025-08-01\nend = 2025-12-31\n")
    runs = Runs(made)
    assert outcome(runs.on("2025-11-07")).state == "made"
    assert [note for note in runs.notes if "2025-12-31" in note] == [
        "warning: the data-sharing agreement with hospital ends in 54 days, on 2025-12-31; "
        "after that no report is made."
    ]
