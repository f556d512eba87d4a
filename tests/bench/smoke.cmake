# Runs the benchmark for a moment: it has to end well, and what it writes has to be JSON, with figures of ours while somebody
# listens at its end.
execute_process(COMMAND ${BENCH} --quick --only datapath --sizes 1000 --json ${JSON}
                RESULT_VARIABLE status OUTPUT_VARIABLE said ERROR_VARIABLE said)
if(said MATCHES "needs root")
  message("SKIPPED: needs root")
  return()
endif()
if(NOT status EQUAL 0)
  message(FATAL_ERROR "status ${status}: ${said}")
endif()
file(READ ${JSON} results)
string(JSON rows LENGTH "${results}" datapath)
math(EXPR last "${rows} - 1")
string(JSON contestant GET "${results}" datapath ${last} contestant)
string(JSON median GET "${results}" datapath ${last} ns median)
if(NOT contestant STREQUAL "listened" OR NOT median GREATER 0)
  message(FATAL_ERROR "the last of ${rows} rows tells of ${contestant}: ${median} ns")
endif()
