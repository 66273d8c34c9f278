/**
 * The DNS as mail needs it: mail hosts of a domain, addresses of a host, and the order in which
 * they are tried. Answers are kept for as long as the DNS allows, within bounds.
 */
@NullMarked
package io.portolan.sender.dns;

import org.jspecify.annotations.NullMarked;
