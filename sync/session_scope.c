#include "sync/session_state.h"

/* What may be said to whom (DESIGN.md 1): a log goes to its owner's ancestors and descendants, and to
 * those whom one of them lets observe. */

bool ys_session_listens(const struct ys_session *session)
{
    return session->options.role == YS_SESSION_PARENT || session->options.role == YS_SESSION_HOST;
}

bool ys_session_one_way(const struct ys_session *session)
{
    return session->options.role == YS_SESSION_READER || session->options.role == YS_SESSION_HOST;
}

bool ys_scope_provides(enum ys_session_role role, const struct ys_division *self,
                       const struct ys_division *peer, const struct ys_division *origin)
{
    switch (role) {
    case YS_SESSION_CHILD:
        return ys_division_within(origin, self);
    case YS_SESSION_PARENT:
        return ys_division_within(self, origin);
    case YS_SESSION_HOST:
        return ys_division_related(origin, peer);
    case YS_SESSION_READER:
        break;
    }
    return false;
}

bool ys_scope_receives(enum ys_session_role role, const struct ys_division *self,
                       const struct ys_division *peer, const struct ys_division *origin)
{
    switch (role) {
    case YS_SESSION_CHILD:
        return ys_division_within(peer, origin);
    case YS_SESSION_PARENT:
        return ys_division_within(origin, peer);
    case YS_SESSION_READER:
        return ys_division_related(origin, self) && ys_division_related(origin, peer);
    case YS_SESSION_HOST:
        break;
    }
    return false;
}

/* One key may have been let in for several divisions. */
static bool reader_may(const struct ys_session *session, const struct ys_turn *turn,
                       const struct ys_division *origin)
{
    const struct ys_division *const self = &ys_store_identity(turn->store)->origin.division;
    size_t at = 0;
    for (;;) {
        const struct ys_member_node *const node =
            ys_member_observer(turn->member, session->options.reader, self, &at);
        if (node == NULL)
            return false;
        if (ys_scope_provides(YS_SESSION_HOST, self, &node->division, origin))
            return true;
    }
}

bool ys_session_provides(const struct ys_session *session, const struct ys_turn *turn,
                         const struct ys_division *origin)
{
    return session->options.role == YS_SESSION_HOST
               ? reader_may(session, turn, origin)
               : ys_scope_provides(session->options.role,
                                   &ys_store_identity(turn->store)->origin.division,
                                   &session->options.peer, origin);
}

bool ys_session_receives(const struct ys_session *session, const struct ys_turn *turn,
                         const struct ys_division *origin)
{
    return ys_scope_receives(session->options.role,
                             &ys_store_identity(turn->store)->origin.division,
                             &session->options.peer, origin);
}
