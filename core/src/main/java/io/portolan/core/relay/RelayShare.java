package io.portolan.core.relay;

/**
 * How much of some mail a relay has accepted without having said yet what became of it.
 *
 * @param relay its name
 * @param relayed messages, at least one
 */
public record RelayShare(String relay, long relayed) {}
