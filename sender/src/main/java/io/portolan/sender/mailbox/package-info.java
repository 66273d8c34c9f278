/** Mailboxes of IMAP and POP3 that are polled for mail that came back. */
@NullMarked
package io.portolan.sender.mailbox;

import org.jspecify.annotations.NullMarked;
