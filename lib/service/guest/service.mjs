throw new Error('the source of a service stands in for this file when it is loaded');
