#!/usr/bin/python3
"""Plant a known bug into a copy of shipped source files, so that the simulation can show that it finds it.

    plant.py list                         name and invariant of each bug, one a line
    plant.py files BUG                    the files that it changes
    plant.py write BUG TOP FOLDER         write the changed copies into FOLDER
    plant.py check TOP                    do all still fit the sources in TOP?

The shipped files stay as they are. A text to be replaced must occur exactly once: a plant that no
longer fits is an error, not a bug that is never found. What is checked twice in the shipped code is
taken out twice here.
"""

import pathlib
import sys

# Bug -> (invariant that must find it, [(file, old text, new text)])
BUGS = {
    # The receiver acknowledges what is only on its way to the disk.
    "ack_before_commit": (
        "no ACK is given above what is durable",
        [
            (
                "sync/session_receive.c",
                "        code = ask_for_entries(session, turn, log, entries, leaf, err);\n    if (code == YS_OK)\n        log->fetch->received = next;\n    return code;\n",
                "        code = ask_for_entries(session, turn, log, entries, leaf, err);\n    if (code == YS_OK)\n        log->fetch->received = next;\n    if (code == YS_OK)\n        code = ys_session_send_ack(session, turn, log, next.size, 0, err);\n    return code;\n",
            ),
            (
                "sync/session_news.c",
                "        session->credit_back < session->options.credit / PARTS)\n        return YS_OK;\n",
                "        session->credit_back < session->options.credit / PARTS && credit != 0)\n        return YS_OK;\n",
            ),
        ],
    ),
    # A late receipt for an older head removes the newer head.
    "head_goes_back": (
        "logs, heads and receipts never go back",
        [
            (
                "sync/heads.c",
                "        code = drop_superseded(txn, log_id, newest, err);\n",
                "        code = drop_superseded(txn, log_id, size < newest ? newest + 1 : newest, err);\n",
            ),
        ],
    ),
    # Entries are taken without a look at whether they lead to the signed head.
    "skipped_check": (
        "every entry held is one that its owner wrote there",
        [
            (
                "sync/session_receive.c",
                "    if (next->size > fetch->target.size ||\n        ys_consistency_verify(next->size, &root, fetch->target.size, &fetch->target.root, &proof) !=\n            YS_OK)\n",
                "    if (next->size > fetch->target.size || proof.count > YS_PROOF_MAX)\n",
            ),
        ],
    ),
    # A head of another history is cosigned: four places look, none of them may.
    "cosigned_fork": (
        "a witness cosigns one history",
        [
            (
                "sync/session_heads.c",
                "    if (!ys_hash_equal(&root, &head->checkpoint.root))\n",
                "    if (head->checkpoint.size == 0)\n",
            ),
            (
                "sync/session_heads.c",
                "            code == YS_NOT_FOUND ||\n",
                "            size != UINT64_MAX ||\n",
            ),
            (
                "sync/change.c",
                "    if (!ys_hash_equal(&root, &checkpoint.root))\n        return ys_fail(err, YS_FORK, \"log %s: the head of size %llu is not of the tree held\",\n",
                "    if (checkpoint.size == 0)\n        return ys_fail(err, YS_FORK, \"log %s: the head of size %llu is not of the tree held\",\n",
            ),
            (
                "sync/witness.c",
                "    code = check_on_tree(txn, log, &checkpoint, YS_FORK, err);\n",
                "    code = YS_OK;\n",
            ),
        ],
    ),
    # Heads that came while their entries were under way are not looked at again.
    "lost_wakeup": (
        "after healing everything arrives",
        [
            (
                "sync/session_receive.c",
                "    const enum ys_code code = ys_session_look_back(session, turn, log, began, err);\n    return code != YS_OK ? code : ys_session_retry_log(session, turn, log, err);\n",
                "    return ys_session_look_back(session, turn, log, began, err);\n",
            ),
        ],
    ),
    # Entries that were sent for nothing cost the sender their credit.
    "credit_leak": (
        "all credit comes back",
        [
            (
                "sync/session_receive.c",
                "        code = ys_session_send_ack(session, turn, log, log->fetch->durable, payload_bytes(entries),\n                                   err);\n",
                "        code = ys_session_send_ack(session, turn, log, log->fetch->durable, 0, err);\n",
            ),
            (
                "sync/session_receive.c",
                "        ys_session_send_ack(session, turn, log, result->durable_size, result->credit, err);\n",
                "        ys_session_send_ack(session, turn, log, result->durable_size,\n                            result->code == YS_OK ? result->credit : 0, err);\n",
            ),
        ],
    ),
    # An observer's questions end its session.
    "observer_denied": (
        "no honest node is refused",
        [
            (
                "sync/session.c",
                "        message->kind_case != YISHI__V1__MESSAGE__KIND_ACK &&\n        message->kind_case != YISHI__V1__MESSAGE__KIND_CONTENT_WANT)\n",
                "        message->kind_case != YISHI__V1__MESSAGE__KIND_ACK)\n",
            ),
        ],
    ),
    # An observer is given all that the node holds.
    "observer_told_all": (
        "an observer is told of what it may read alone",
        [
            (
                "sync/session_scope.c",
                "        if (ys_scope_provides(YS_SESSION_HOST, self, &node->division, origin))\n            return true;\n",
                "        if (ys_division_related(self, origin))\n            return true;\n",
            ),
        ],
    ),
    # All of the own log is signed as soon as the parent has a beginning of it.
    "signs_beyond_parent": (
        "signed heads never contradict each other",
        [
            (
                "sync/session_own.c",
                "        session->agreed = session->held;\n",
                "        session->agreed = (struct ys_tree_size){own.frontier.size, own.root};\n",
            ),
        ],
    ),
}


def planted(top, bug):
    """File -> its text with the bug in it."""
    texts = {}
    for name, old, new in BUGS[bug][1]:
        text = texts.get(name) or (pathlib.Path(top) / name).read_text(encoding="utf-8")
        if text.count(old) != 1:
            sys.exit(f"plant.py: {bug}: its text occurs {text.count(old)} times in {name}, not once; fit it anew")
        texts[name] = text.replace(old, new)
    return texts


def main(arguments):
    if arguments == ["list"]:
        for bug, (invariant, _) in BUGS.items():
            print(f"{bug}:{invariant}")
    elif len(arguments) == 2 and arguments[0] == "files" and arguments[1] in BUGS:
        print("\n".join(dict.fromkeys(name for name, _, _ in BUGS[arguments[1]][1])))
    elif len(arguments) == 2 and arguments[0] == "check":
        for bug in BUGS:
            planted(arguments[1], bug)
    elif len(arguments) == 4 and arguments[0] == "write" and arguments[1] in BUGS:
        for name, text in planted(arguments[2], arguments[1]).items():
            path = pathlib.Path(arguments[3]) / pathlib.Path(name).name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
    else:
        sys.exit(__doc__)


if __name__ == "__main__":
    main(sys.argv[1:])
