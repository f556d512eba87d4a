// A part of a test in a process of its own, which may give up rights, or be killed.
#pragma once

#include <functional>
#include <initializer_list>
#include <string>
#include <string_view>

namespace xdpfwd {

/// Runs the function in a child process, and returns the text of what it threw: empty where it came to its end.
/// An Error's hint follows its message in parentheses.
std::string run_in_child(const std::function<void()>& function);

/// Throws with this text unless the condition holds; for a child, where Catch2 has no say.
void expect(bool condition, std::string_view what);

/// Leaves the process no other capability, for good: neither in force nor in the bounding set.
void keep_capabilities(std::initializer_list<int> kept);

}  // namespace xdpfwd
