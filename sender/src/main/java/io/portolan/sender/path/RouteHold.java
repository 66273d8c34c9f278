package io.portolan.sender.path;

import java.time.Instant;

/**
 * A relay whose mail is held because it refused our login.
 *
 * @param route the relay's name
 * @param reply what it said
 * @param since when it first said so
 * @param until when one session tries again
 */
public record RouteHold(String route, String reply, Instant since, Instant until) {}
