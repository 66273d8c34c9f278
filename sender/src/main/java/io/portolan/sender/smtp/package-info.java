/** SMTP sessions: phases, deadlines and the exchange on an open connection. */
@NullMarked
package io.portolan.sender.smtp;

import org.jspecify.annotations.NullMarked;
