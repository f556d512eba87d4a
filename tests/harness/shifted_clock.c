// Preloaded into a program, it makes the wall clock run as far from the real one as a file says, at every look: what a
// program sees when somebody sets the clock, without setting the machine's. With a second number in the file the clock
// that counts on while the machine sleeps is ahead as well: what a program sees that has slept for so long.
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

struct shift {
  time_t wall;
  time_t boot;
};

/// Seconds; the file named in SHIFTED_CLOCK_FILE holds them in decimal.
static struct shift shift(void) {
  struct shift seconds = {0, 0};
  char text[64] = {0};
  const char* path = getenv("SHIFTED_CLOCK_FILE");
  const int file = path == NULL ? -1 : open(path, O_RDONLY | O_CLOEXEC);
  if (file < 0) return seconds;
  const ssize_t size = read(file, text, sizeof(text) - 1);
  close(file);
  if (size <= 0) return seconds;
  char* rest = text;
  seconds.wall = strtol(rest, &rest, 10);
  seconds.boot = strtol(rest, NULL, 10);
  return seconds;
}

int clock_gettime(clockid_t clock, struct timespec* now) {
  const int result = (int)syscall(SYS_clock_gettime, clock, now);
  if (result != 0) return result;
  if (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE) now->tv_sec += shift().wall;
  if (clock == CLOCK_BOOTTIME) now->tv_sec += shift().boot;
  return result;
}

int gettimeofday(struct timeval* restrict now, void* restrict zone) {
  struct timespec precise;
  (void)zone;
  clock_gettime(CLOCK_REALTIME, &precise);
  now->tv_sec = precise.tv_sec;
  now->tv_usec = precise.tv_nsec / 1000;
  return 0;
}

time_t time(time_t* result) {
  struct timespec now;
  clock_gettime(CLOCK_REALTIME, &now);
  if (result != NULL) *result = now.tv_sec;
  return now.tv_sec;
}
