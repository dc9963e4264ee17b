echo pears
