// When something that is done again and again has its next turn.
#pragma once

#include <chrono>

namespace xdpfwd::ctl {

/// After a turn that was due at `due` and is over at `now`. On the beat, but never less than half an interval later: a
/// rate over less than that is noise.
template <typename Time>
Time next_turn(Time due, Time now, typename Time::duration interval) {
  return due + interval < now + interval / 2 ? now + interval : due + interval;
}

}  // namespace xdpfwd::ctl
