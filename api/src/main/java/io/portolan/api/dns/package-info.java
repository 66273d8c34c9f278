/** What the DNS says of what mail is sent from, by HTTP, on the command line and at a launch. */
@NullMarked
package io.portolan.api.dns;

import org.jspecify.annotations.NullMarked;
