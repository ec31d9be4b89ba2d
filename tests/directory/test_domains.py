"""What the domain name system says of a domain is told in plain words, asked once, and silence is not taken for an answer (row F12)."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator

import dns.asyncresolver
import dns.flags
import dns.message
import dns.rcode
import dns.rrset
import pytest
import pytest_asyncio

from directory.domains import Ask, Domains, DomainState, NoSuchDomain, Unanswered, asking

ZONE = {
    ("council.test", "MX"): ("10 mx.council.test.",),
    ("mx.council.test", "A"): ("192.0.2.1",),
    ("_dmarc.council.test", "TXT"): ('"v=DMARC1; p=reject; sp=none; rua=mailto:x@council.test"',),
    ("_mta-sts.council.test", "TXT"): ('"v=STSv1; " "id=1"',),
    ("below.council.test", "MX"): ("10 mx.council.test.",),
    ("null.test", "MX"): ("0 .",),
    ("plain.test", "MX"): (),
    ("plain.test", "A"): ("192.0.2.2",),
    ("empty.test", "MX"): (),
    ("empty.test", "A"): (),
    ("empty.test", "AAAA"): (),
    ("lost.test", "MX"): ("10 gone.test.",),
}


class Names:
    """A little domain name system that counts the questions."""

    def __init__(self) -> None:
        self.asked: Counter[tuple[str, str]] = Counter()
        self.silent = {"silent.test"}

    async def ask(self, name: str, kind: str) -> tuple[str, ...]:
        self.asked[name, kind] += 1
        await asyncio.sleep(0)
        if name in self.silent:
            raise Unanswered
        if (name, kind) not in ZONE:
            raise NoSuchDomain
        return ZONE[name, kind]


async def state(domain: str) -> DomainState:
    return await Domains(Names().ask).state(domain)


async def test_f12_a_well_kept_domain_has_neither_trouble_nor_notes() -> None:
    found = await state("council.test")
    assert found.mail_servers == ("mx.council.test",)
    assert (found.dmarc, found.mta_sts, found.trouble, found.notes) == ("reject", True, None, ())


@pytest.mark.parametrize(
    ("domain", "reason"),
    [
        ("nowhere.test", "does not exist"),
        ("null.test", "null MX"),
        ("empty.test", "has no mail server"),
        ("lost.test", "None of the mail servers"),
    ],
)
async def test_f12_a_domain_that_no_letter_reaches_says_why(domain: str, reason: str) -> None:
    assert reason in str((await state(domain)).trouble)


async def test_f12_a_domain_without_mx_dmarc_and_mta_sts_is_only_remarked_on() -> None:
    found = await state("plain.test")
    assert found.trouble is None
    assert [word for word in ("(MX)", "DMARC", "MTA-STS") if any(word in note for note in found.notes)] == ["(MX)", "DMARC", "MTA-STS"]


async def test_a_domain_below_another_takes_the_policy_that_its_parent_gives_to_those_below() -> None:
    assert (await state("below.council.test")).dmarc == "none"


async def test_silence_is_no_answer_and_is_asked_again() -> None:
    names = Names()
    domains = Domains(names.ask)
    found = await domains.state("silent.test")
    assert (found.exists, found.trouble) == (None, None)
    assert "check again later" in found.notes[0]
    await domains.state("silent.test")
    assert names.asked["silent.test", "MX"] == 2


async def test_each_question_is_asked_once_a_day_whoever_asks_and_progress_is_told() -> None:
    names, now, told = Names(), [0.0], list[int]()
    domains = Domains(names.ask, clock=lambda: now[0])
    wanted = ["council.test", "below.council.test", "COUNCIL.test", "null.test"]
    found = await domains.states(wanted, told.append)
    assert found.keys() == {"council.test", "below.council.test", "null.test"}
    assert told == [1, 2, 3]
    await domains.states(wanted)
    assert set(names.asked.values()) == {1}
    now[0] += 24 * 3600 + 1
    await domains.states(wanted)
    assert set(names.asked.values()) == {2}


class Server(asyncio.DatagramProtocol):
    """Answers for the zone over UDP."""

    def connection_made(self, transport: asyncio.DatagramTransport) -> None:  # type: ignore[override]
        self.transport = transport

    def datagram_received(self, raw: bytes, sender: tuple[str, int]) -> None:
        question = dns.message.from_wire(raw)
        [wanted] = question.question
        name, kind = wanted.name.to_text(omit_final_dot=True), wanted.rdtype.name
        answer = dns.message.make_response(question)
        answer.flags |= dns.flags.RA
        if name == "silent.test":
            answer.set_rcode(dns.rcode.SERVFAIL)
        elif not any(known == name for known, _ in ZONE):
            answer.set_rcode(dns.rcode.NXDOMAIN)
        elif ZONE.get((name, kind)):
            answer.answer.append(dns.rrset.from_text(wanted.name, 60, "IN", kind, *ZONE[name, kind]))
        self.transport.sendto(answer.to_wire(), sender)


@pytest_asyncio.fixture
async def over_the_wire() -> AsyncIterator[Ask]:
    transport, _ = await asyncio.get_running_loop().create_datagram_endpoint(Server, local_addr=("127.0.0.1", 0))
    resolver = dns.asyncresolver.Resolver(configure=False)
    resolver.nameservers, resolver.port = ["127.0.0.1"], transport.get_extra_info("sockname")[1]
    yield asking(resolver)
    transport.close()


async def test_answers_of_a_real_name_server_are_read_alike(over_the_wire: Ask) -> None:
    wanted = ("council.test", "below.council.test", "null.test", "plain.test", "empty.test", "lost.test", "nowhere.test", "silent.test")
    assert await Domains(over_the_wire).states(wanted) == await Domains(Names().ask).states(wanted)


async def test_a_machine_without_a_name_server_gets_no_answer_and_no_failure() -> None:
    ask = asking(dns.asyncresolver.Resolver(configure=False))
    assert (await Domains(ask).state("council.test")).exists is None
