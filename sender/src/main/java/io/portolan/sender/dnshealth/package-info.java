/**
 * Checks what the DNS says of the domains and addresses that mail is sent from: whether receivers
 * can tell that the mail is ours, and whether bounces come back. Run on a schedule by one node of a
 * network at a time, and on demand.
 */
@NullMarked
package io.portolan.sender.dnshealth;

import org.jspecify.annotations.NullMarked;
