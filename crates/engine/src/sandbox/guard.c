/* The one place where control may leave guest code sideways. `setjmp` has to be called by a C frame that stays on the
   stack while the guest runs; Rust cannot do that. Knows nothing of QuickJS and nothing of Rust. */
#include <setjmp.h>
#include <stddef.h>

typedef struct {
  jmp_buf back;
  int armed;
} guard;

size_t isolated_runtime_guard_size(void) { return sizeof(guard); }

/* Runs body(data). Answers 0 when it returned, or the reason given to the jump that ended it. `_setjmp` does not save
   the signal mask, so entering costs nanoseconds. */
int isolated_runtime_guard_enter(guard *g, void (*body)(void *), void *data) {
#ifdef _WIN32
  int reason = setjmp(g->back);
#else
  int reason = _setjmp(g->back);
#endif
  if (reason == 0) {
    g->armed = 1;
    body(data);
  }
  g->armed = 0;
  return reason;
}

int isolated_runtime_guard_is_armed(const guard *g) { return g->armed; }

/* Only valid while armed, on the thread that entered. Does not return. */
void isolated_runtime_guard_jump(guard *g, int reason) {
  g->armed = 0;
#ifdef _WIN32
  longjmp(g->back, reason);
#else
  _longjmp(g->back, reason);
#endif
}
