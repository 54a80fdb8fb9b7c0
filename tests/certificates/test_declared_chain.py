"""A declared chain is kept: one path, as long as its certificates allow, in order."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from sslstack.certificates.bundle import load_bundle
from sslstack.certificates.chains import ResolvedChain, resolve_chain
from support import inputs, pki

if TYPE_CHECKING:
    import datetime

NEW, OLD, OLDEST = pki.root("New Root"), pki.root("Old Root"), pki.root("Oldest Root")
CROSS = pki.issue("New Root", OLD, ca=True)
OTHER_CROSS = pki.issue("New Root", OLDEST, ca=True)
INTERMEDIATE = pki.issue("Intermediate", NEW, ca=True)
LEAF = pki.issue("web.example", INTERMEDIATE, domains=["web.example"])
STRANGER = pki.issue("Stranger", NEW, ca=True)


def _resolve(
    *chain: pki.Issued,
    trusted: tuple[pki.Issued, ...] = (NEW, OLD),
    leaf: pki.Issued = LEAF,
    at: datetime.datetime | None = None,
) -> ResolvedChain:
    declared = inputs.declared(leaf.pem, chain=pki.pem(*chain), roots=pki.pem(*trusted))
    found = resolve_chain(load_bundle(declared), declared, at=at)
    assert found is not None
    return found


def _issuers(found: ResolvedChain) -> list[str]:
    return [one.issuer.rfc4514_string()[3:] for one in found.chain.intermediates]


@pytest.mark.parametrize("at", [None, pki.NOW])
@pytest.mark.parametrize("trusted", [(NEW, OLD), (NEW,), (OLD,)])
def test_a_cross_sign_is_kept(
    trusted: tuple[pki.Issued, ...], at: datetime.datetime | None
) -> None:
    """Clients that know the old root only need it, whichever roots we know."""
    found = _resolve(INTERMEDIATE, CROSS, trusted=trusted, at=at)
    assert found.trusted
    assert _issuers(found) == ["New Root", "Old Root"]
    assert found.problems == ()


def test_a_cross_sign_beside_the_leaf_is_kept() -> None:
    declared = inputs.declared(pki.pem(LEAF, INTERMEDIATE, CROSS), roots=pki.pem(NEW, OLD))
    found = resolve_chain(load_bundle(declared), declared)
    assert found is not None
    assert _issuers(found) == ["New Root", "Old Root"]


def test_without_known_roots_the_cross_sign_is_kept_as_well() -> None:
    declared = inputs.declared(LEAF.pem, chain=pki.pem(INTERMEDIATE, CROSS, NEW))
    found = resolve_chain(load_bundle(declared), declared)
    assert found is not None
    assert _issuers(found) == ["New Root", "Old Root"]


def test_of_two_cross_signs_the_first_in_the_file_is_kept() -> None:
    for first, second, kept in (
        (CROSS, OTHER_CROSS, "Old Root"),
        (OTHER_CROSS, CROSS, "Oldest Root"),
    ):
        found = _resolve(INTERMEDIATE, first, second, trusted=(NEW, OLD, OLDEST))
        assert _issuers(found) == ["New Root", kept]
        (problem,) = found.problems
        assert problem.rule == "chain.unneeded"
        assert f"the certificate for the same key that '{kept}' signed" in problem.message


def test_the_longest_of_two_paths_is_kept() -> None:
    between = pki.issue("Old Root", OLDEST, ca=True)
    found = _resolve(between, CROSS, INTERMEDIATE, trusted=(NEW, OLD, OLDEST))
    assert _issuers(found) == ["New Root", "Old Root", "Oldest Root"]


def test_what_is_no_part_of_the_path_is_left_out() -> None:
    found = _resolve(INTERMEDIATE, NEW, LEAF, CROSS, STRANGER, INTERMEDIATE, OLD)
    assert _issuers(found) == ["New Root", "Old Root"]
    assert {one.rule for one in found.problems} == {
        "chain.has-root", "chain.has-leaf", "chain.stranger", "chain.duplicate",
    }  # fmt: skip


@pytest.mark.parametrize("at", [None, pki.NOW])
def test_an_expired_cross_sign_is_left_out(at: datetime.datetime | None) -> None:
    expired = pki.issue("New Root", OLD, ca=True, days=-1, age=400)
    found = _resolve(INTERMEDIATE, expired, at=at)
    assert _issuers(found) == ["New Root"]
    (problem,) = found.problems
    assert "'New Root', signed by 'Old Root', is left out: it is valid from" in problem.message


def test_a_cross_sign_that_may_not_sign_is_left_out() -> None:
    unfit = pki.issue("New Root", OLD, ca=True, extra=[(pki.usage(crl_sign=True), True)])
    assert _issuers(_resolve(INTERMEDIATE, unfit)) == ["New Root"]


def test_an_intermediate_among_the_roots_is_kept_where_it_is_declared() -> None:
    """Bundles of roots often hold the intermediates as well; clients may not have them."""
    found = _resolve(INTERMEDIATE, trusted=(INTERMEDIATE, NEW))
    assert found.trusted
    assert _issuers(found) == ["New Root"]


def test_many_cross_signs_of_one_key_do_not_multiply_the_work() -> None:
    """Each level has many certificates of one key: paths are counted, not all are tried."""
    chain, issuer = [], NEW
    for level in range(4):
        same = [pki.issue(f"Level {level}", issuer, ca=True, serial=n + 1) for n in range(12)]
        chain += same
        issuer = same[0]
    leaf = pki.issue("web.example", issuer, domains=["web.example"])
    assert len(_resolve(*chain, leaf=leaf).chain.intermediates) == 4
