# Sizes of tests for a build in which everything takes several times as long; to be sourced.
# shellcheck shell=bash
export XDPFWD_TEST_PACKETS=500000 XDPFWD_TEST_RESTARTS=3 XDPFWD_TEST_EXPIRY=5000 XDPFWD_TEST_SYNC=10000 \
  XDPFWD_TEST_SEQUENCES=400
