// A question to the kernel by netlink, and the messages that answer it.
#pragma once

#include <libmnl/libmnl.h>

#include <array>
#include <cstdint>
#include <cstring>
#include <functional>
#include <memory>
#include <span>
#include <string>

namespace xdpfwd {

/// What an attribute holds.
std::span<const std::uint8_t> payload(const nlattr* attribute);

/// Calls with each attribute after a message's header of that size.
void each_attribute(const nlmsghdr& message, std::size_t header, std::function<void(const nlattr*)> function);
/// The same for attributes in a row.
void each_attribute(std::span<const std::uint8_t> attributes, std::function<void(const nlattr*)> function);

class Question {
 public:
  /// To a family of netlink, as NETLINK_ROUTE; errors begin with `asking`. Throws Error, as all of it does.
  Question(int family, std::string asking);

  /// Puts the header of a message, to which attributes may be added.
  template <typename Header>
  nlmsghdr* put(std::uint16_t type, std::uint16_t flags, const Header& header) {
    nlmsghdr* message = mnl_nlmsg_put_header(request_.data());
    message->nlmsg_type = type;
    message->nlmsg_flags = static_cast<std::uint16_t>(NLM_F_REQUEST | flags);
    std::memcpy(mnl_nlmsg_put_extra_header(message, sizeof header), &header, sizeof header);
    return message;
  }

  /// Sends it, and calls with each message that answers it until one of the calls returns false. Not at all where the
  /// kernel knows nothing of what is asked for.
  void ask(const nlmsghdr* message, const std::function<bool(const nlmsghdr&)>& answer);

 private:
  bool hand_out(std::span<char> received, const std::function<bool(const nlmsghdr&)>& answer) const;

  std::string asking_;
  std::unique_ptr<mnl_socket, decltype(&mnl_socket_close)> socket_;
  alignas(nlmsghdr) std::array<char, 256> request_{};
};

}  // namespace xdpfwd
