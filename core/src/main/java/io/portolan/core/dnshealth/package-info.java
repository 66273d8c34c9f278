/**
 * What the DNS says of the domains and addresses that mail is sent from: the latest finding of each
 * check, and how it changed.
 */
@NullMarked
package io.portolan.core.dnshealth;

import org.jspecify.annotations.NullMarked;
