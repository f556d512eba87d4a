// Catch2's own main(). XDPFWD_TEST_SEED=N repeats the run of a test that told its seed when it failed.
#define CATCH_CONFIG_MAIN
#include <catch2/catch.hpp>
