package io.portolan.core.delivery;

/**
 * Why a path was taken; travels with every attempt.
 *
 * @param policyVersion the version in force
 * @param rule the row that matched
 * @param reason in words, such as "direct:25 blocked until 10:31, next path ses:587 open"
 */
public record Decision(int policyVersion, String rule, String reason) {}
