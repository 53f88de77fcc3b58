"""A running lab: one engine, its observers, and everything that can be done to it and asked of it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import replace
from itertools import permutations
from pathlib import Path
from types import TracebackType
from typing import Self

from lab.bgp.aspa import AspaMode, AspaTable
from lab.bgp.commands import Command, Leak, Originate, SetPolicy, StopOriginating
from lab.bgp.events import PolicyChanged
from lab.bgp.prefix import Address, Prefix
from lab.bgp.rib import Explanation, RouterView
from lab.bgp.router import CommandError, Router
from lab.bgp.rov import RovMode, Vrp, VrpTable
from lab.dataplane.network import Network
from lab.dataplane.trace import PacketTrace
from lab.engines.base import Engine, SessionState
from lab.observe.detection import Detector
from lab.observe.events import AlertRaised, Note
from lab.observe.exports.snapshot import Snapshot
from lab.observe.table import Table
from lab.observe.timeline import Timeline
from lab.rpki.issuing.errors import IssuingError
from lab.rpki.issuing.hierarchy import Rpki
from lab.rpki.local import LocalRpki
from lab.rpki.payloads import Payloads
from lab.scenario.clouds import Clouds
from lab.scenario.flows import Flows, Traffic
from lab.scenario.kept_lab import KeptLab
from lab.scenario.kept_rpki import KeptRpki
from lab.scenario.sending import send, verdict_of
from lab.scenario.validation_events import validation_events
from lab.state.errors import StateError
from lab.state.state import State
from lab.topology.dns_scalars import DEFAULT_PORT
from lab.topology.loading import load
from lab.topology.model import Speaker, Topology, UrpfMode
from lab.topology.ownership import Registry
from lab.topology.problems import suggestion


class LabError(Exception):
    """What was asked makes no sense for this lab; the message names the nearest valid choice."""


class Lab:
    """A lab that runs. Use it as a context manager: it comes up on entry and leaves nothing behind on exit.

        with Lab("byoip") as lab:
            lab.announce("customer", "203.0.113.0/24")
            print(lab.view("eyeball").best)

    `source` is a Topology, a path, or the name of a topology that ships. `engine` makes the engine from the
    topology; `lab.scenario.engines.make_engine` gives `sim` or `live`. `vrps`, which somebody else has
    validated, stand in for the file's ROAs. What registries, CAs and clouds know lives in `state`: with one
    that has a file, a lab that comes up again goes on where the former one was. The lab closes it.
    Every action returns when the routes have settled and the observers have looked. A lab comes up once: for
    another go, make another Lab.
    """

    def __init__(
        self,
        source: Topology | str | Path,
        engine: Callable[[Topology], Engine],
        *,
        vrps: Iterable[Vrp] | None = None,
        timeline: Timeline | None = None,
        state: State | None = None,
    ) -> None:
        self._kept = State() if state is None else state
        self._kept_rpki = KeptRpki(self._kept)
        self._kept_lab = KeptLab(self._kept)
        given = source if isinstance(source, Topology) else load(source)
        self._kept_lab.check(given)
        self.topology = self._kept_rpki.restore(given)
        self.engine = engine(self.topology)
        self._kept_lab.go_on(self.engine)
        self.clouds = Clouds(self.topology, self.engine, self._kept, lambda: self.vrps, self.table)
        self.timeline = timeline if timeline is not None else Timeline()
        self.payloads = Payloads.empty()
        self.vrps = VrpTable()
        self.aspas = AspaTable()
        self.last_trace: PacketTrace | None = None
        self.flows = Flows(self._send, self.engine.now, self.engine.calendar, self.timeline.append)
        self._detector = Detector(self.topology)
        self._urpf: dict[str, UrpfMode] = {}
        self._views: dict[str, RouterView] = {}
        self._given_vrps = None if vrps is None else tuple(vrps)
        self._rpki: LocalRpki | None = None
        self._state = "not up yet"

    # --- life ---------------------------------------------------------------------------------------------

    def start(self) -> None:
        """Bring everything up, announce what the file's speakers hold, and settle. Raises LabError if it was
        up before."""
        if self._state != "not up yet":
            raise LabError("this lab was started before; make another Lab to start again")
        self._state = ""
        try:
            self._judge_by(self.rpki.payloads)
            self.engine.start()
            self.clouds.filter()
            for speaker in self.topology.routers():
                for prefix in speaker.prefixes:
                    self.engine.apply(speaker.name, Originate(prefix))
            self.clouds.announce()
            self.settle()
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """End it and leave nothing behind. Idempotent."""
        was_up, self._state = not self._state, "closed"
        self.engine.close()
        if was_up:
            with suppress(StateError):  # it is in order all the same: the next lab goes on a little earlier
                self._kept_lab.keep()
        self._kept.close()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    # --- what can be done ---------------------------------------------------------------------------------

    def announce(
        self,
        speaker: str,
        prefix: str | Prefix,
        *,
        path: tuple[int, ...] = (),
        prepend: int = 0,
        communities: tuple[int | tuple[int, int, int], ...] = (),
        med: int | None = None,
    ) -> None:
        """Announce `prefix` from `speaker`; `path` forges what follows its ASN, neighbour side first."""
        self._command(
            speaker,
            Originate(
                _prefix(prefix),
                path,
                prepend,
                tuple(value for value in communities if isinstance(value, int)),
                tuple(value for value in communities if not isinstance(value, int)),
                med,
            ),
        )

    def withdraw(self, speaker: str, prefix: str | Prefix) -> None:
        """Withdraw what `speaker` announces."""
        self._command(speaker, StopOriginating(_prefix(prefix)))

    def hijack(self, speaker: str, prefix: str | Prefix, *, forge_origin: bool = False) -> None:
        """Announce somebody else's `prefix`; `forge_origin` puts the holder's ASN behind the own one."""
        wanted = _prefix(prefix)
        path: tuple[int, ...] = ()
        if forge_origin:
            ownership = Registry(self.topology).ownership(wanted)
            if ownership is None:
                held = {holding.prefix for holding in self.topology.registry}
                held.update(prefix for each in self.topology.routers() for prefix in each.prefixes)
                raise LabError(
                    f"nobody holds {wanted}, so there is no origin to forge; "
                    f"held here: {', '.join(map(str, sorted(held))) or 'nothing'}"
                )
            path = (self.topology.speakers[ownership.holders[0]].asn,)
        self._command(speaker, Originate(wanted, path))

    def leak(
        self, speaker: str, prefix: str | Prefix | None = None, to: str | None = None, *, stop: bool = False
    ) -> None:
        """Let `speaker` export routes whatever the relationship: of `prefix` or all, to `to` or everybody."""
        if to is not None:
            self._require_link(speaker, to)
        self._command(speaker, Leak(None if prefix is None else _prefix(prefix), to, not stop))

    def set_link(self, a: str, b: str, up: bool) -> None:
        """Take the link between two speakers down or up."""
        self._require_link(a, b)
        self.engine.set_link(a, b, up)
        self.settle()

    def add_roa(self, prefix: str | Prefix, asn: int, max_length: int | None = None) -> None:
        """Have a ROA signed by whoever holds `prefix`, and published: every speaker judges again."""
        self.at_the_cas(lambda cas: cas.add_roa(_prefix(prefix), asn, max_length))

    def remove_roa(self, prefix: str | Prefix, asn: int, max_length: int | None = None) -> None:
        """Have a ROA revoked. Raises LabError if there is none like it."""
        self.at_the_cas(lambda cas: cas.remove_roa(_prefix(prefix), asn, max_length))

    def add_aspa(self, customer: int, providers: Iterable[int]) -> None:
        """Publish an ASPA in place of the customer's former one: every speaker judges again. Provider 0 alone
        says that there are none. Raises LabError for providers that cannot be."""
        self.at_the_cas(lambda cas: cas.add_aspa(customer, providers))

    def remove_aspa(self, customer: int) -> None:
        """Have the ASPA of a customer revoked. Raises LabError if there is none."""
        self.at_the_cas(lambda cas: cas.remove_aspa(customer))

    def at_the_cas(self, action: Callable[[Rpki], object]) -> None:
        """Have something done by the lab's CAs, published and validated. Raises LabError if they refuse."""
        self._require_up()
        holdings = self.rpki.cas.holdings
        try:
            action(self.rpki.cas)
        except IssuingError as error:
            raise LabError(str(error)) from None
        if self.rpki.cas.holdings != holdings:
            self.topology = replace(self.topology, registry=self.rpki.cas.holdings)
            self.clouds.registry.sync(self.topology.registry)
            self._detector.registry_changed(self.topology)
        self._kept_rpki.keep(self.rpki.cas)
        self.validate()
        self.settle()

    def set_policy(
        self,
        speaker: str,
        *,
        rov: RovMode | None = None,
        otc: bool | None = None,
        blackhole: bool | None = None,
        graceful_shutdown: bool | None = None,
        urpf: UrpfMode | None = None,
        aspa: AspaMode | None = None,
    ) -> None:
        """Change what a speaker enforces; None leaves a setting as it is."""
        self._require(speaker)
        if urpf is not None:
            self._urpf[speaker] = urpf
            self.timeline.append(PolicyChanged(self.engine.now(), speaker, f"policy: urpf {urpf.value}"))
        command = SetPolicy(rov, otc, blackhole, graceful_shutdown, aspa)
        if command != SetPolicy():
            self._command(speaker, command)

    def kill(self, speaker: str) -> None:
        """Kill a speaker as a fault; the lab restarts it. Watched traffic meets a speaker that holds nothing,
        and the others as they were, until the routes have settled."""
        self._require(speaker)
        before = dict(self.views()) if self.flows.go_on else {}
        self.engine.kill(speaker)
        self._views = {**before, speaker: Router(self.topology.router_config(speaker)).view()}
        self.flows.look()
        self.settle()

    def wait(self, seconds: float) -> None:
        """Let time pass. The relying party looks again whenever something expires or becomes valid, and the
        clouds do what is due."""
        self._require_up()
        self.flows.look()
        end = self.engine.calendar() + seconds
        while (change := self._next_change()) is not None and change <= end:
            self.engine.advance(max(change - self.engine.calendar(), 0.0))
            self._catch_up()
        self.engine.advance(max(end - self.engine.calendar(), 0.0))
        self.settle()
        self._kept_lab.keep()

    def probe(
        self,
        speaker: str,
        source: str | Address,
        destination: str | Address = "",
        *,
        host: str = "",
        port: str = DEFAULT_PORT,
    ) -> PacketTrace:
        """Send a packet from `speaker` and follow it hop by hop through the Loc-RIBs and uRPF, and at a cloud
        through what serves it. A `host` in place of the destination is looked up in the lab's DNS."""
        self._require(speaker)
        target = host or _address(destination)
        trace = self._send(Traffic("", speaker, _address(source), target, port))
        self.last_trace = trace
        self.timeline.append(verdict_of(trace, self.engine.now()))
        return trace

    def note(self, text: str) -> None:
        """Write a remark on the timeline."""
        self.timeline.append(Note(self.engine.now(), "", text))

    # --- what can be asked --------------------------------------------------------------------------------

    @property
    def rpki(self) -> LocalRpki:
        """The lab's CAs and its relying party."""
        if self._rpki is None:
            self._rpki = LocalRpki(self.topology, int(self.engine.calendar()), self._given_vrps)
        return self._rpki

    def view(self, speaker: str) -> RouterView:
        """One speaker's RIBs as they are now."""
        self._require(speaker)
        if speaker not in self._views:
            self._views[speaker] = self.engine.view(speaker)
        return self._views[speaker]

    def views(self) -> Mapping[str, RouterView]:
        """Every router's RIBs by name, without the collector's."""
        return {speaker.name: self.view(speaker.name) for speaker in self.topology.routers()}

    def table(self) -> Table:
        """What the collector sees."""
        watched = [speaker.name for speaker in self.topology.routers()]
        return Table.from_view(self.view(self.topology.collector), watched)

    def explain(self, speaker: str, prefix: str | Prefix) -> Explanation:
        """Why a speaker uses the route it uses."""
        self._require(speaker)
        return self.engine.explain(speaker, _prefix(prefix))

    def alerts(self) -> list[AlertRaised]:
        """The alerts that stand now."""
        return self._detector.open_alerts()

    def sessions(self) -> list[SessionState]:
        """Every session."""
        self._require_up()
        return self.engine.sessions()

    def snapshot(self) -> Snapshot:
        """All that an export is made from, as it is now."""
        down = [session for session in self.sessions() if not session.established]
        return Snapshot(
            self.topology,
            self.views(),
            self.view(self.topology.collector),
            frozenset((a, b) for session in down for a, b in permutations((session.a, session.b))),
            tuple(self.alerts()),
            tuple(self.timeline),
            self.engine.now(),
        )

    def urpf_at(self, speaker: str, neighbor: str) -> UrpfMode:
        """The uRPF mode a speaker applies to packets from a neighbour, changes by `set` included."""
        return self._urpf.get(speaker) or self.topology.urpf_at(speaker, neighbor)

    # --- the observers' turn ------------------------------------------------------------------------------

    def settle(self, timeout: float = 60.0) -> None:
        """Wait until the routes have settled, write down what happened, and let the detector look."""
        try:
            self.engine.converge(timeout)
        finally:
            self._views.clear()
            self.timeline.extend(self.engine.events())
        alerts = self._detector.observe(self.table(), self.vrps, self.engine.now())
        self.timeline.extend(alerts)
        self.clouds.notice([alert for alert in alerts if isinstance(alert, AlertRaised)])
        self.timeline.extend(self.clouds.take_events())
        self.flows.look()

    def look(self) -> None:
        """Take in what happened by itself since the last action: a speaker that died, say."""
        self.engine.advance(0)
        events = self.engine.events()
        self.timeline.extend(events)
        change = self._next_change()
        if change is not None and change <= self.engine.calendar():
            self._catch_up()
        elif events:
            self.settle()

    def follow_clouds(self) -> None:
        """Write down what the clouds did, have their speakers announce what they want announced, and those
        who filter by the IRR follow it."""
        self.timeline.extend(self.clouds.take_events())
        filtered = self.clouds.filter()
        if self.clouds.announce() or filtered:
            self.settle()
        else:
            self.flows.look()

    def _send(self, traffic: Traffic) -> PacketTrace:
        network = Network(self.topology, self.views(), self.urpf_at)
        return send(network, self.clouds, traffic.start, traffic.source, traffic.destination, traffic.port)

    def _next_change(self) -> float | None:
        """When certificates or clouds change something by themselves next, as `calendar` tells time."""
        times = (self.rpki.validation.next_change, self.clouds.next_due())
        return min((time for time in times if time is not None), default=None)

    def _catch_up(self) -> None:
        """Do what is due by now."""
        change = self.rpki.validation.next_change
        if change is not None and change <= self.engine.calendar():
            self.validate()
            self.settle()
        self.clouds.work()
        self.follow_clouds()

    def _command(self, speaker: str, command: Command) -> None:
        self._require(speaker)
        if isinstance(command, Originate | StopOriginating) and self.clouds.announces(
            speaker, command.prefix
        ):
            raise LabError(_advertised(self.topology.speakers[speaker], command.prefix))
        try:
            self.engine.apply(speaker, command)
        except CommandError as error:
            raise LabError(str(error)) from None
        self.settle()

    def validate(self) -> None:
        """Let the CAs publish what is due and the relying party look; tell the speakers what follows."""
        before = self.rpki.validation
        after = self.rpki.refresh(int(self.engine.calendar()))
        self.timeline.extend(validation_events(self.engine.now(), before, after, self.rpki.names))
        self._judge_by(self.rpki.payloads)

    def _judge_by(self, payloads: Payloads) -> None:
        if payloads == self.payloads:
            return
        self.payloads = payloads
        self.vrps, self.aspas = payloads.vrp_table(), AspaTable(payloads.aspas)
        self.engine.validate_against(self.vrps, self.aspas)

    def _require_up(self) -> None:
        if self._state:
            raise LabError(f"the lab {self.topology.name} is {self._state}; use it in a `with` statement")

    def _require(self, speaker: str) -> None:
        self._require_up()
        if speaker not in self.topology.speakers:
            hint = suggestion(speaker, self.topology.speakers, "speakers")
            raise LabError(f"there is no speaker {speaker!r}; {hint}")

    def _require_link(self, a: str, b: str) -> None:
        self._require(a)
        self._require(b)
        neighbors = [link.other(a) for link in self.topology.links_of[a]]
        if b not in neighbors:
            raise LabError(
                f"there is no link between {a} and {b}; {a} has links to {', '.join(neighbors) or 'nobody'}"
            )


def _advertised(speaker: Speaker, prefix: Prefix) -> str:
    """Why a route of a cloud cannot be changed by hand, for people."""
    if speaker.cloud == "aws":
        whose, how = "AWS", f"`aws ec2 withdraw-byoip-cidr --cidr {prefix}`"
    else:
        whose, how = "Cloudflare", "PATCH .../bgp/prefixes/{id} with on_demand.advertised false"
    return f"{speaker.name} announces {prefix} because an account of {whose} advertises it; {how} ends that"


def _prefix(value: str | Prefix) -> Prefix:
    return value if isinstance(value, Prefix) else Prefix.parse(value)


def _address(value: str | Address) -> Address:
    return value if isinstance(value, Address) else Address.parse(value)
