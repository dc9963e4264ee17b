FROM alpine:3.20
COPY mail/main.cf mail/aliases /etc/mail/
COPY mail/master.cf.template mail/schema.sql /etc/mail/
COPY scripts/rotate.sh /usr/local/bin/
