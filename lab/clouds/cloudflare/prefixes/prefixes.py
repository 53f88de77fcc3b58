"""Prefixes: adding, validating, describing and deleting them (the API's Prefixes)."""

from __future__ import annotations

from dataclasses import replace

from lab.bgp.prefix import Prefix
from lab.clouds.cloudflare.basics import Basics
from lab.clouds.cloudflare.errors import CloudflareError
from lab.clouds.cloudflare.prefixes import codes
from lab.clouds.cloudflare.prefixes.admission import check_asn, check_free, check_registered, is_taken
from lab.clouds.cloudflare.prefixes.book import Book
from lab.clouds.cloudflare.prefixes.checks import examine
from lab.clouds.cloudflare.prefixes.cidrs import check_announceable
from lab.clouds.cloudflare.prefixes.contracts import account_with, check_contract
from lab.clouds.cloudflare.prefixes.letter import Letter
from lab.clouds.cloudflare.prefixes.limits import MOST_PREFIXES, check_room
from lab.clouds.cloudflare.prefixes.loa_documents import LoaDocuments
from lab.clouds.cloudflare.prefixes.noting import note, note_findings
from lab.clouds.cloudflare.prefixes.onboarded import onboard
from lab.clouds.cloudflare.prefixes.record import CheckState, Finding, Findings, PrefixRecord
from lab.clouds.due_times import earliest
from lab.topology.cloudflare_section import Entitlement


class Prefixes(Book):
    """The prefixes of all accounts. `newly_onboarded` are those of the file that were not there before."""

    def __init__(self, basics: Basics, loa_documents: LoaDocuments) -> None:
        super().__init__(basics)
        self._loa_documents = loa_documents
        self.newly_onboarded = onboard(basics, self)

    def create(
        self,
        account: str,
        prefix: Prefix,
        asn: int,
        *,
        delegate_loa_creation: bool = False,
        description: str = "",
        loa_document_id: str | None = None,
    ) -> PrefixRecord:
        """Add a prefix, pending until `validate` finds everything valid: nothing is checked by itself.

        Raises CloudflareError for one that is too specific, registered nowhere or there already, for an ASN
        other than Cloudflare's, without a contract, and for an LOA both generated and uploaded.
        """
        check_contract(self._basics.settings, account, Entitlement.BYOIP)
        check_asn(asn, self._basics.settings.asn)
        check_announceable(prefix)
        check_registered(self._basics.world, prefix)
        check_free(self, account, prefix)
        check_room(len(self.of(account)), MOST_PREFIXES, "The account", "prefixes")
        document = self._document(account, prefix, loa_document_id, delegated=delegate_loa_creation)
        now = self._basics.world.now()
        record = PrefixRecord(
            self._basics.ids.new(),
            account,
            prefix,
            asn,
            now,
            now,
            description,
            delegate_loa_creation,
            document,
            self._basics.ids.uuid(),
        )
        note(
            self._basics, prefix, account, "prefix", "", "pending", "added; its checks wait for a validation"
        )
        return self.put(record)

    def _document(self, account: str, prefix: Prefix, uploaded: str | None, *, delegated: bool) -> str | None:
        if uploaded is not None and delegated:
            raise CloudflareError(
                400,
                codes.LOA,
                "delegate_loa_creation is true, and loa_document_id names a document: the LOA is either "
                "generated or uploaded; leave one of them out",
                "/loa_document_id",
            )
        if delegated:
            name = f"loa-{prefix.network.replace(':', '-')}-{prefix.length}.pdf"
            return self._loa_documents.promise(account, name)
        return None if uploaded is None else self._loa_documents.get(account, uploaded).id

    def edit(
        self, record: PrefixRecord, *, description: str | None = None, loa_document_id: str | None = None
    ) -> PrefixRecord:
        """Change the description, or, once the prefix is approved, name the LOA that was uploaded for it.

        Raises CloudflareError where there is nothing to change, or the LOA cannot be set.
        """
        if description is None and loa_document_id is None:
            raise CloudflareError(
                400, codes.NOTHING_TO_CHANGE, "Nothing to change; expected description or loa_document_id"
            )
        if loa_document_id is not None:
            self._check_may_name_loa(record)
            loa_document_id = self._loa_documents.get(record.account, loa_document_id).id
        return self.amend(
            record,
            description=record.description if description is None else description,
            loa_document_id=loa_document_id or record.loa_document_id,
        )

    def _check_may_name_loa(self, record: PrefixRecord) -> None:
        if record.delegate_loa_creation:
            reason = "delegate_loa_creation is true: Cloudflare generates it"
        elif not record.is_approved:
            reason = "the prefix is not approved yet: validate it first"
        else:
            return
        raise CloudflareError(
            400,
            codes.LOA,
            f"The LOA document of {record.prefix} cannot be set: {reason}",
            "/loa_document_id",
        )

    def delete(self, record: PrefixRecord) -> None:
        """Forget a pending prefix. Raises CloudflareError for an approved one: there is no self-serve
        offboarding."""
        if record.is_approved:
            first = "withdraw it, and then contact" if record.advertised else "contact"
            raise CloudflareError(
                400,
                codes.IN_USE,
                f"The prefix {record.prefix} is approved; only a pending prefix can be deleted. To offboard "
                f"it, {first} your account team",
            )
        if record.delegate_loa_creation and record.loa_document_id:
            self._loa_documents.forget(record.loa_document_id)
        self.remove(record)
        note(self._basics, record.prefix, record.account, "prefix", "pending", "", "deleted")

    def validate(self, record: PrefixRecord) -> PrefixRecord:
        """Start the checks, or start them again. A validation that is under way goes on, and looks at what is
        there when it ends; an approved prefix stays as it is."""
        if record.is_approved or record.validate_due is not None:
            return record
        now = self._basics.world.now()
        delay = self._basics.drawn(self._basics.settings.delays.validate, f"validate {record.id} {now}")
        note(
            self._basics,
            record.prefix,
            record.account,
            "validation",
            "",
            "pending",
            "IRR, RPKI and ownership are being looked at",
        )
        return self.amend(record, findings=Findings(), validate_due=now + delay)

    def next_due(self) -> float | None:
        """When the first validation ends."""
        return earliest(record.validate_due for record in self.all())

    def work(self, now: float) -> None:
        """End the validations that are due."""
        for record in self.all():
            if record.validate_due is not None and record.validate_due <= now:
                self._end_validation(record, now)

    def _end_validation(self, record: PrefixRecord, now: float) -> None:
        findings = self._findings(record)
        note_findings(self._basics, record, findings)
        approved = now if findings.are_valid else None
        record = replace(record, findings=findings, approved=approved, validate_due=None, modified=now)
        self.put(record)
        if approved is None:
            return
        note(self._basics, record.prefix, record.account, "approval", "P", "V", "all three checks are valid")
        if record.delegate_loa_creation and record.loa_document_id:
            self._loa_documents.generate(record.loa_document_id, self._letter(record, now))

    def _findings(self, record: PrefixRecord) -> Findings:
        findings = examine(self._basics.world, record)
        if findings.ownership.is_valid and is_taken(self, record.account, record.prefix):
            why = "another account has proven to own addresses of it meanwhile"
            return replace(findings, ownership=Finding(CheckState.INVALID, why))
        return findings

    def _letter(self, record: PrefixRecord, now: float) -> Letter:
        registration = self._basics.world.registration(record.prefix)
        holder = self._basics.world.holder(registration.holder) if registration else None
        account = account_with(self._basics.settings, record.account)
        name = account.name if account else record.account
        return Letter(
            holder.name if holder else name,
            f"admin@{name}.example",
            record.prefix,
            record.asn,
            now,
            record.loa_document_id or "",
            record.findings,
        )
