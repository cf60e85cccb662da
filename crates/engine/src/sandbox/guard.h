/* Shared by guard.c and signals.c: what a guard is. Knows nothing of QuickJS and nothing of Rust. */
#ifndef ISOLATED_RUNTIME_GUARD_H
#define ISOLATED_RUNTIME_GUARD_H

#include <setjmp.h>
#include <stddef.h>

#if defined(__linux__) || defined(__APPLE__)
#define HAS_SIGNALS 1
#else
#define HAS_SIGNALS 0
#endif

/* Why a body was left, as far as C finds out by itself; breaker.rs has the whole list. */
enum { LEFT_TOLD = 2, LEFT_STACK = 5, LEFT_FAULT = 6, LEFT_ASSERTION = 7 };

typedef struct guard {
  jmp_buf back;
  /* Whether `enter` is on the stack: control may jump from beneath it. */
  int is_entered;
  /* Set while the engine's own code runs, clear while code of ours runs beneath it. Signals jump only while it is set. */
  const volatile unsigned char *in_engine;
  /* Not zero once the run was told to stop; null between runs. */
  const volatile unsigned char *is_told;
  /* The arena with its red zones: faults in there are the engine's. */
  const char *range_start;
  const char *range_end;
  /* Whether a fault at any other address ends the run as well, or the process. */
  int survives_wild_faults;
  struct guard *outer;
} guard;

#if defined(_MSC_VER)
#define THREAD_LOCAL __declspec(thread)
#elif defined(__GLIBC__)
/* Touching it must never allocate: signal handlers read it. Only glibc has room for such variables of loaded libraries. */
#define THREAD_LOCAL __thread __attribute__((tls_model("initial-exec")))
#else
#define THREAD_LOCAL __thread
#endif

extern THREAD_LOCAL guard *isolated_runtime_current_guard;

void isolated_runtime_guard_jump(guard *g, int reason);

#endif
