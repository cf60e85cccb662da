/* The one place where control may leave guest code sideways. `setjmp` has to be called by a C frame that stays on the
   stack while the guest runs; Rust cannot do that. Knows nothing of QuickJS and nothing of Rust. */
#undef _FORTIFY_SOURCE
#include "guard.h"

THREAD_LOCAL guard *isolated_runtime_current_guard;

size_t isolated_runtime_guard_size(void) { return sizeof(guard); }

void isolated_runtime_guard_init(guard *g, const unsigned char *in_engine, const char *start, const char *end,
                                 int survives_wild_faults) {
  g->is_entered = 0;
  g->in_engine = in_engine;
  g->is_told = NULL;
  g->range_start = start;
  g->range_end = end;
  g->survives_wild_faults = survives_wild_faults;
  g->outer = NULL;
}

void isolated_runtime_guard_watch(guard *g, const unsigned char *is_told) { g->is_told = is_told; }

/* Runs body(data). Answers 0 when it returned, or the reason given to the jump that ended it. Neither `_setjmp` nor
   `_longjmp` touches the signal mask, so entering costs nanoseconds; signals.c keeps the mask as it is. On macOS the
   system has to be told that the alternate stack was left, which only the mask-saving pair does. */
int isolated_runtime_guard_enter(guard *g, void (*body)(void *), void *data) {
  g->outer = isolated_runtime_current_guard;
#if defined(_WIN32) || defined(__APPLE__)
  int reason = setjmp(g->back);
#else
  int reason = _setjmp(g->back);
#endif
  if (reason == 0) {
    g->is_entered = 1;
    isolated_runtime_current_guard = g;
    body(data);
  }
  g->is_entered = 0;
  isolated_runtime_current_guard = g->outer;
  return reason;
}

int isolated_runtime_guard_is_entered(const guard *g) { return g->is_entered; }

/* Only valid while entered, on the thread that entered. Does not return. */
void isolated_runtime_guard_jump(guard *g, int reason) {
  g->is_entered = 0;
#if defined(_WIN32) || defined(__APPLE__)
  longjmp(g->back, reason);
#else
  _longjmp(g->back, reason);
#endif
}
