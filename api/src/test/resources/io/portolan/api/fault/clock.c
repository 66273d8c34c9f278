/*
 * A clock of its own for one process, to be preloaded: the wall clock is off by as many seconds as the file CLOCK_OF_THIS_PROCESS
 * says in its first eight bytes, at every moment anew. The monotonic clock stays as it is, as when a machine's time is set.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/time.h>
#include <time.h>

static int (*get)(clockid_t, struct timespec *);
static volatile int64_t *off;

__attribute__((constructor)) static void begin(void) {
  get = (int (*)(clockid_t, struct timespec *))dlsym(RTLD_NEXT, "clock_gettime");
  const char *file = getenv("CLOCK_OF_THIS_PROCESS");
  int opened = file ? open(file, O_RDONLY) : -1;
  if (opened < 0) abort();
  off = mmap(NULL, sizeof *off, PROT_READ, MAP_SHARED, opened, 0);
  if (off == MAP_FAILED) abort();
}

int clock_gettime(clockid_t clock, struct timespec *now) {
  if (!get) begin();
  int failed = get(clock, now);
  if (!failed && (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE)) now->tv_sec += *off;
  return failed;
}

int gettimeofday(struct timeval *restrict now, void *restrict zone) {
  struct timespec precise;
  clock_gettime(CLOCK_REALTIME, &precise);
  now->tv_sec = precise.tv_sec;
  now->tv_usec = precise.tv_nsec / 1000;
  return 0;
}

time_t time(time_t *at) {
  struct timespec precise;
  clock_gettime(CLOCK_REALTIME, &precise);
  if (at) *at = precise.tv_sec;
  return precise.tv_sec;
}
