package io.portolan.api.bench;

/**
 * What a bench sends.
 *
 * @param bytes of a message as it is composed, its header and signature included
 * @param connections to the sink, over all ISPs
 */
record BenchSettings(
    int recipients, int bytes, boolean signed, int connections, LimitsMode limits) {}
