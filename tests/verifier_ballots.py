#!/usr/bin/python3
"""Independent verifier of slips and sets of ballots, written from proto/FORMATS.md 20 alone; beside verifier.py, which it asks
whether the record of the result is genuine.

    verifier_ballots.py FILE ROOT.pub BUNDLE    FILE: a slip, or the set of all ballots; BUNDLE: the proof of the result

A verdict: `OK ...` (exit 0) or `REFUSED <reason>` (exit 1). Exit 2: wrong use, no such file.
"""
import base64
import json
import pathlib
import re
import sys

import verifier

ASPECTS = ["participation", "implementation", "feedback"]
PARTIES = ("street party_org committee supervision residents_group resident_unit social_org owners_committee "
           "property_company residents_rep resident other_interested veteran deputy social_worker_volunteer department "
           "third_party").split()
def ballot_leaves(form, identity, ballot):  # 20.2; of each its section, grade and hash
    verifier.need(re.fullmatch("[0-9A-HJKMNP-TV-Z]{10}", str(ballot.get("code"))), "no code")
    verifier.need(re.fullmatch("[a-z0-9]{0,16}", str(ballot.get("mark", ""))), "no mark")
    verifier.need(ballot.get("kind") in [None, *PARTIES] and len(verifier.from_base64(str(ballot.get("salt")))) == 32, "no kind, or no salt")
    remark, valid = ballot.get("remark_hash", "-"), verifier.need(ballot.get("valid") in (True, False), "valid?") and ballot["valid"]
    if "remark" in ballot:
        remark = base64.b64encode(verifier.sha256(str(ballot["remark"]).encode())).decode()
    begin = [form, identity, ballot["code"], ballot.get("mark", "-"), ballot.get("kind", "-"), remark]
    grades = [ballot.get("grades", {}).get(name) for name in ASPECTS] if valid else ["-"]
    verifier.need(not valid or all(type(grade) is int and 0 <= grade <= 5 for grade in grades), "no grades")
    for section, grade in enumerate(grades):
        lines = [*begin, ASPECTS[section] if valid else "invalid", str(grade), ballot["salt"]]
        yield section if valid else 3, grade, verifier.sha256(b"\x00" + "".join(line + "\n" for line in lines).encode())
def slots(result):  # 20.3; of each section and grade the slots
    counts = {one["dimension"]: [one.get(f"grade_{grade}", 0) for grade in range(6)] for one in result["dimensions"]}
    verifier.need(sorted(counts) == [1, 2, 3] and all(sum(count) == result["valid"] for count in counts.values())
         and result["valid"] <= result["returned"] <= result["issued"], "counts that do not fit each other")
    found = {(3, "-"): range(3 * result["valid"], 2 * result["valid"] + result["returned"])}
    for section in range(3):
        first = section * result["valid"]
        for grade in range(5, -1, -1):
            found[section, grade] = range(first, first := first + counts[section + 1][grade])
    return found
def check_ballots(data, policies, say, bundle):  # 20.5, 20.6
    given, said, one = json.loads(data), verifier.check_bundle(bundle, policies, say), verifier.read_bundle(bundle)
    body = verifier.read_body(verifier.need(one.extra.get("body"), "the body is not here"), one.record)
    result, form, identity = body.get("evaluation_result"), f"{one.record.deployment}/ballot/v1", str(given.get("round"))
    verifier.need(result and "ballot_root" in result, "the record is no result with a ballot_root")
    verifier.need({"rel": 1, "record": bytes.fromhex(identity), "unknown": []} in body.get("refs", []), "of another round")
    places, size = slots(result), 2 * result["valid"] + result["returned"]
    if given.get("ballot_slip") == form:
        leaves = list(ballot_leaves(form, identity, given))
        verifier.need(len(given["places"]) == len(leaves), "not one place for each leaf")
        for (section, grade, leaf), place in zip(leaves, given["places"]):
            verifier.need(place["slot"] in places[section, grade], f"slot {place['slot']} is of another grade than {grade}")
            verifier.check_inclusion(place["slot"], size, leaf, result["ballot_root"], [verifier.from_base64(h) for h in place["proof"]])
        return f"paper {given['code']} is counted once, {'as invalid' if leaves[0][0] == 3 else 'with its grades'}; {said}"
    verifier.need(given.get("ballot_set") == form, "neither a slip nor a set of this deployment")
    ballots = given["ballots"]
    verifier.need(len({one["code"] for one in ballots}) == len(ballots) == result["returned"], "papers that are missing, or twice")
    verifier.need(given["issued"] == result["issued"], "another number of papers issued")
    leaves = sorted((section, -grade if section < 3 else 0, leaf)
                    for ballot in ballots for section, grade, leaf in ballot_leaves(form, identity, ballot))
    for (section, grade), there in places.items():
        found = sum(leaf[:2] == (section, -grade if section < 3 else 0) for leaf in leaves)
        verifier.need(found == len(there), f"the result has {len(there)} of grade {grade} in section {section}, the set {found}")
    verifier.need(verifier.tree_root([leaf for *_, leaf in leaves]) == result["ballot_root"], "the set has another root")
    for one in result.get("returned_by_kind", []):
        there = sum(ballot.get("kind") == PARTIES[one["party_kind"] - 1] for ballot in ballots)
        verifier.need(there == one["returned"], f"another number of {PARTIES[one['party_kind'] - 1]}")
    return f"{len(ballots)} ballots come to the result; {said}"
def run(file, trust, bundle, say):  # the verdict
    try:
        data, policies, proof = (pathlib.Path(one).read_bytes() for one in (file, trust, bundle))
        return "OK " + check_ballots(data, verifier.read_policy(policies), say, proof)
    except (verifier.Refused, KeyError, TypeError) as reason:
        return f"REFUSED {reason}"
    except OSError as problem:
        return str(problem)
def main(*arguments):
    verdict = run(*arguments, print) if len(arguments) == 3 else __doc__
    print(verdict)
    return {"OK": 0, "REFUSED": 1}.get(verdict.split(" ")[0], 2)
if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
