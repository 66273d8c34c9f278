package io.portolan.sender.hold;

import java.time.Instant;

/**
 * A relay whose mail is held because it refused our login or our mail, or we have no login to
 * offer.
 *
 * @param route the relay's name
 * @param reply what it said, or why we have no login
 * @param since when that was first so
 * @param until when one session tries again
 */
public record RouteHold(String route, String reply, Instant since, Instant until) {}
