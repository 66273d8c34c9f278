package io.portolan.scheduler;

/**
 * Something to be done every hour, on each node.
 *
 * @param name for the log, such as {@code expire idempotency keys}
 */
public record Chore(String name, Runnable work) {}
