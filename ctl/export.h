// export: the claims, page by page, as a list for other programs.
#pragma once

#include "common/list_reader.h"
#include "ctl/arguments.h"
#include "ctl/client.h"
#include "ctl/requests.h"

namespace xdpfwd::ctl {

/// Writes the list to standard output and notes to standard error. Returns the exit status. Throws Error.
int export_list(const Call& call, const Globals& globals, Connection& daemon);

/// The format that the command line asks for. Throws Error (invalid).
ListFormat export_format(const Call& call, const Globals& globals);
/// The parameters of the first page in that format.
nlohmann::json export_page(const Call& call, ListFormat format);

}  // namespace xdpfwd::ctl
