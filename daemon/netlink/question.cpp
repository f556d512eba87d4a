#include "daemon/netlink/question.h"

#include <algorithm>
#include <cerrno>

#include "common/error.h"

namespace xdpfwd {
namespace {

int call_with(const nlattr* attribute, void* function) {
  (*static_cast<std::function<void(const nlattr*)>*>(function))(attribute);
  return MNL_CB_OK;
}

}  // namespace

std::span<const std::uint8_t> payload(const nlattr* attribute) {
  return {static_cast<const std::uint8_t*>(mnl_attr_get_payload(attribute)), mnl_attr_get_payload_len(attribute)};
}

void each_attribute(const nlmsghdr& message, std::size_t header, std::function<void(const nlattr*)> function) {
  mnl_attr_parse(&message, static_cast<unsigned>(header), &call_with, &function);
}

void each_attribute(std::span<const std::uint8_t> attributes, std::function<void(const nlattr*)> function) {
  mnl_attr_parse_payload(attributes.data(), attributes.size(), &call_with, &function);
}

Question::Question(int family, std::string asking)
    : asking_(std::move(asking)), socket_(mnl_socket_open2(family, SOCK_CLOEXEC), &mnl_socket_close) {
  if (!socket_ || mnl_socket_bind(socket_.get(), 0, MNL_SOCKET_AUTOPID) != 0) throw system_error(asking_, errno);
  int yes = 1;  // has the kernel look at the table that is asked for
  mnl_socket_setsockopt(socket_.get(), NETLINK_GET_STRICT_CHK, &yes, sizeof yes);
}

void Question::ask(const nlmsghdr* message, const std::function<bool(const nlmsghdr&)>& answer) {
  const bool is_dump = (message->nlmsg_flags & NLM_F_DUMP) != 0;
  if (mnl_socket_sendto(socket_.get(), message, message->nlmsg_len) < 0) throw system_error(asking_, errno);
  alignas(nlmsghdr) std::array<char, 65536> buffer{};
  do {
    const ssize_t received = mnl_socket_recvfrom(socket_.get(), buffer.data(), buffer.size());
    if (received < 0) throw system_error(asking_, errno);
    if (!hand_out({buffer.data(), static_cast<std::size_t>(received)}, answer)) return;
  } while (is_dump);
}

/// False where nothing follows, or nothing is wanted any more.
bool Question::hand_out(std::span<char> received, const std::function<bool(const nlmsghdr&)>& answer) const {
  int left = static_cast<int>(received.size());
  for (auto* message = reinterpret_cast<nlmsghdr*>(received.data()); mnl_nlmsg_ok(message, left);
       message = mnl_nlmsg_next(message, &left)) {
    if (message->nlmsg_type == NLMSG_DONE) return false;
    if (message->nlmsg_type == NLMSG_ERROR) {
      const int error = -static_cast<const nlmsgerr*>(mnl_nlmsg_get_payload(message))->error;
      constexpr std::array nothing_there{ENOENT,      ENODEV,       EOPNOTSUPP, EAFNOSUPPORT,
                                         ENETUNREACH, EHOSTUNREACH, EINVAL,     EACCES};
      if (std::ranges::find(nothing_there, error) != nothing_there.end()) return false;
      throw system_error(asking_, error);
    }
    if (!answer(*message)) return false;
  }
  return true;
}

}  // namespace xdpfwd
