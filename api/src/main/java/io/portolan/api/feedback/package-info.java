/** What comes back, on the command line: replies and mails classified by the rules in force. */
@NullMarked
package io.portolan.api.feedback;

import org.jspecify.annotations.NullMarked;
